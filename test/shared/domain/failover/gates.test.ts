import { expect, test } from '@jest/globals';
import { type GateInputs, gatesOf } from '../../../../shared/domain/failover/gates.ts';
import { FakeWorld } from '../../failover/failover-world.ts';

const report = new FakeWorld().report();
const BASE: GateInputs = {
  mode: 'planned',
  report,
  sourceDown: false,
  targetDown: false,
  rpoRecords: 0n,
  hasMirrorControl: true,
  hasFence: true,
  groups: new Set(['billing', 'shipping']),
};
const missing = { ...report, partitions: report.partitions.map((one) => ({ ...one, missing: 3n })) };
const unknownLoss = { ...report, loss: { kind: 'unknown', reason: 'A does not answer' } as const };
const nowhere = {
  ...report,
  groups: report.groups.map((one) => ({ ...one, tidemark: { kind: 'unknown', reason: 'no sync' } as const })),
};

test.each<[string, Partial<GateInputs>, readonly string[]]>([
  ['all is well', {}, []],
  ['the target is down', { targetDown: true }, ['TARGET_DOWN']],
  ['planned, and the source is down', { sourceDown: true }, ['SOURCE_DOWN']],
  ['unplanned, and the source answers', { mode: 'unplanned' }, ['SOURCE_ALIVE']],
  ['not ready', { report: { ...report, verdict: 'not-ready' } }, ['FLOW_NOT_READY']],
  ['records that MM2 will never mirror', { report: missing }, ['LOSS_OVER_OBJECTIVE']],
  ['the same within the objective', { report: missing, rpoRecords: 3n }, []],
  ['the same without an objective', { report: missing, rpoRecords: null }, []],
  [
    'a loss that is not known',
    { mode: 'unplanned', sourceDown: true, hasFence: false, report: unknownLoss },
    ['LOSS_UNKNOWN'],
  ],
  ['groups that have no position', { report: nowhere }, ['GROUPS_NOT_PLACEABLE']],
  ['such groups left out', { report: nowhere, groups: new Set<string>() }, []],
  ['no mirror control', { hasMirrorControl: false }, ['MIRROR_CONTROL_MISSING']],
  ['no fence', { hasFence: false }, ['FENCE_MISSING']],
])('%s', (_, change, codes) => {
  const gates = gatesOf({ ...BASE, ...change });
  expect(gates.map(({ code }) => code)).toEqual(codes);
  for (const { reason, remedy } of gates) expect([reason, remedy]).not.toContain('');
});
