import * as z from 'zod';
import { configuredFlows } from '../infra/configuration.ts';
import { loadSettings } from '../infra/settings.ts';
import { scriptOptions } from '../lab/script-options.ts';
import { pairsOf } from './cost/churning-report.ts';
import { deployedParts } from './cost/deployment-template.ts';
import { longestAuditSeconds, monthlyBill, total } from './cost/monthly-bill.ts';
import { publishHour } from './cost/published-hour.ts';
import { PAIRS_PER_PARTITION, recordHour } from './cost/recorded-hour.ts';
import { renderTable } from './table.ts';

const values = scriptOptions({
  name: 'cost',
  does: 'Prints what a deployment costs in a month. Starts DynamoDB Local.',
  options: {
    settings: { type: 'string', value: 'FILE', default: 'infra/example/settings.json', says: 'of the stack' },
    partitions: { type: 'string', value: 'COUNT', default: '1000', says: 'of each flow' },
    groups: { type: 'string', value: 'COUNT', default: '100', says: 'of each flow' },
  },
});
const size = {
  // The simulated movement has topics of 20 partitions, and ten groups on each.
  partitions: z.coerce.number().int().multipleOf(20).positive().parse(values.partitions),
  groups: z.coerce.number().int().multipleOf(10).positive().parse(values.groups),
};
const settings = loadSettings(values.settings);
const flows = configuredFlows(settings);
const parts = deployedParts(settings, flows);
const published = await publishHour({
  deployment: settings.deployment.name,
  flows,
  size,
  groupMetricsLimit: parts.groupMetricsLimit,
});
const secrets = new Set(Object.values(settings.secrets).map(({ secretsManager }) => secretsManager)).size;
const pairs = pairsOf(size);
// With many groups on few partitions, the size of the history follows the pairs.
const recorded = await recordHour(Math.max(size.partitions, pairs / PAIRS_PER_PARTITION));
const lines = monthlyBill({ flows: flows.length, pairs, parts, published, recorded, secrets });

const say = (line: string) => process.stdout.write(`${line}\n`);
say(
  `${flows.length} flows, each of ${size.partitions} partitions and ${size.groups} groups (${pairs} pairs), audited once a minute,`,
);
say(
  'every number of it another one in each audit, and one group in fifty a new one. List prices in us-east-1, without free tiers.',
);
say(renderTable([['', 'a month', 'USD'], ...lines.map(({ what, amount, usd }) => [what, amount, usd.toFixed(2)])]));
say(
  `metrics of groups: ${published.groupMetrics} of ${published.metrics.size}, at most ${parts.groupMetricsLimit} groups of a flow; resources of the stack: ${parts.resources}`,
);
if (settings.vpc !== undefined && settings.vpc.endpoints === undefined) {
  say('The stack makes no endpoints. Those of a VPC without Internet access come on top (docs/deployment.md).');
}
const seconds = longestAuditSeconds({ flows: flows.length, pairs, parts });
say(
  `audit functions: ${parts.auditFunctions}, each at most ${Math.ceil(flows.length / parts.auditFunctions)} flows and about ${seconds.toFixed(0)} s of its ${parts.timeoutSeconds} s`,
);
if (seconds > parts.timeoutSeconds) say('That is too long: raise `auditFunctions` in the settings.');
const alarms = parts.alarms + parts.compositeAlarms;
say(`COST usd_month=${total(lines).toFixed(2)} metrics=${published.metrics.size} alarms=${alarms}`);
