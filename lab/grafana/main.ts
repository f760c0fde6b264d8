import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { scriptOptions } from '../script-options.ts';
import { temporaryParent } from '../temporary-folder.ts';
import { brokenDashboards } from './broken-dashboards.ts';
import { DashboardSchema } from './dashboard-schema.ts';

/**
 * `npm run check:grafana`: the dashboard of deploy/prometheus/ against the schema of dashboards that Grafana publishes with
 * each release, of several releases. The same dashboard with faults has to be refused. Exits 1 otherwise.
 */
const VERSIONS = ['10.4.19', '11.6.16', '12.4.11', '13.2.3'];
scriptOptions({
  name: 'check:grafana',
  does: `Compares the dashboard with Grafana's own schema, of the releases ${VERSIONS.join(', ')}. Needs a registry.`,
  options: {},
});
const DASHBOARD = join(import.meta.dirname, '../../deploy/prometheus/grafana-dashboard.json');
const dashboard = JSON.parse(readFileSync(DASHBOARD, 'utf8')) as { readonly panels: readonly unknown[] };
const broken = brokenDashboards(dashboard);
const faults: string[] = [];
const folder = mkdtempSync(join(temporaryParent(), 'tidemark-grafana-'));
try {
  for (const version of VERSIONS) {
    process.stderr.write(`Grafana ${version} …\n`);
    const schema = await DashboardSchema.install(version, folder);
    for (const [name, found] of await schema.faults(new Map([['dashboard', dashboard], ...broken]))) {
      if (!broken.has(name)) faults.push(...found.map((fault) => `Grafana ${version}: ${fault}`));
      else if (found.length === 0) faults.push(`Grafana ${version} does not refuse ${name}`);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
for (const fault of faults) process.stdout.write(`FAULT ${fault}\n`);
process.stdout.write(
  `GRAFANA schemas=${VERSIONS.join(',')} panels=${dashboard.panels.length} broken=${broken.size} faults=${faults.length}\n`,
);
process.exit(faults.length === 0 ? 0 : 1);
