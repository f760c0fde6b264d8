import { expect, test } from '@jest/globals';
import { auditWorld } from '../../../lab/simulation/audited-world.ts';
import { USUAL } from '../../../lab/simulation/known-worlds/known-world.ts';
import type { WorldStep } from '../../../lab/simulation/simulated-world.ts';

const audit = { do: 'audit', faults: [] } as const;
const flush = { do: 'flush' } as const;

/** The loss that each audit reports: `≤` where it is an estimate. */
async function lossesOf(steps: readonly WorldStep[]): Promise<readonly string[]> {
  const losses: string[] = [];
  await auditWorld({ terms: USUAL, steps }, 0, ({ report: { loss } }) => {
    losses.push(loss.kind === 'unknown' ? loss.kind : `${loss.basis === 'estimated' ? '≤ ' : ''}${loss.records}`);
  });
  return losses;
}

test('MM2 had mirrored nothing of what a cut took: one audit compares where it began, and the next one knows', async () => {
  const losses = await lossesOf([
    audit,
    { do: 'produce', records: 7 },
    audit,
    { do: 'cut-source', offsets: 6, regrown: 0 },
    audit,
    { do: 'mirror', records: 1, syncs: 99 },
    flush,
    { do: 'produce', records: 10 },
    { do: 'mirror', records: 10, syncs: 99 },
    flush,
    audit,
    audit,
  ]);
  expect(losses).toEqual(['0', '≤ 7', '≤ 1', '≤ 6', '0']);
});

test('the audit that notices a cut cannot read records: a later one compares what it could not', async () => {
  const losses = await lossesOf([
    { do: 'produce', records: 10 },
    { do: 'mirror', records: 10, syncs: 99 },
    flush,
    audit,
    { do: 'cut-source', offsets: 1, regrown: 40 },
    { do: 'start-over', offsets: 1 },
    { do: 'mirror', records: 41, syncs: 99 },
    flush,
    { do: 'audit', faults: ['records'] },
    { do: 'produce', records: 10 },
    { do: 'mirror', records: 10, syncs: 99 },
    flush,
    audit,
    audit,
  ]);
  expect(losses).toEqual(['0', '≤ 40', '≤ 40', '0']);
});
