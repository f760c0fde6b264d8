import { expect, test } from '@jest/globals';
import { auditWorld } from '../../../lab/simulation/audited-world.ts';
import { USUAL } from '../../../lab/simulation/known-worlds/known-world.ts';
import type { WorldStep } from '../../../lab/simulation/simulated-world.ts';
import type { FlowReport } from '../../../shared/domain/model/report.ts';

/** Records that wait behind an open transaction, among markers; the simulated limit for the loss is 20 records. */
async function auditedWith(records: number): Promise<readonly FlowReport[]> {
  const steps: readonly WorldStep[] = [
    { do: 'open-transaction', records: 1 },
    { do: 'produce', records },
    { do: 'gap', offsets: 30 },
    { do: 'audit', faults: [] },
  ];
  const reports: FlowReport[] = [];
  const terms = { ...USUAL, isolation: 'read_committed' } as const;
  await auditWorld({ terms, steps }, 0, ({ report }) => void reports.push(report));
  return reports;
}

test('markers behind an open transaction are not lost, though a read_committed consumer cannot see past it', async () => {
  const [report] = await auditedWith(12);
  expect(report?.loss).toMatchObject({ kind: 'known', records: 13n });
  expect(report?.findings.filter(({ code }) => code === 'LOSS_OVER_LIMIT')).toEqual([]);
});

test('records behind it are', async () => {
  const [report] = await auditedWith(40);
  expect(report?.loss).toMatchObject({ kind: 'known', records: 41n });
  expect(report?.findings.find(({ code }) => code === 'LOSS_OVER_LIMIT')).toMatchObject({
    severity: 'critical',
    evidence: { atLeast: 41n },
  });
});
