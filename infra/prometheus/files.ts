import { stringify } from 'yaml';
import { settingsSchema } from '../settings.ts';
import { alertRules } from './alert-rules.ts';
import { grafanaDashboard } from './grafana-dashboard.ts';

/** Limits are those that a deployment in AWS has by default; who has others changes the numbers in the file. */
const LIMITS = settingsSchema.parse({ deployment: { name: 'prometheus' }, configFolder: '.' });

const HEAD = `# Alerts on the metrics of \`tidemark serve\`, with the meaning of the alarms in docs/metrics.md. \`npm run prometheus:update\` writes this file
# from shared/contract/alarms.ts. They expect audits and scrapes every 60 s or more often. Change the limits to yours.
`;

/** Name in deploy/prometheus/ → content. */
export function prometheusFiles(): Readonly<Record<string, string>> {
  const groups = [{ name: 'tidemark', interval: '60s', rules: alertRules(LIMITS) }];
  return {
    'tidemark-alerts.yaml': `${HEAD}${stringify({ groups }, { lineWidth: 0, blockQuote: 'literal' })}`,
    'grafana-dashboard.json': `${JSON.stringify(grafanaDashboard(LIMITS), null, 2)}\n`,
  };
}
