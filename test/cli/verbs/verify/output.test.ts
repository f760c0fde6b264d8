import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { renderVerifyJson } from '../../../../cli/verbs/verify/json.ts';
import { renderVerifyTable } from '../../../../cli/verbs/verify/table.ts';
import type { FlowVerification } from '../../../../shared/survey/verify-positions.ts';
import { finding, flow, report } from '../sample-report.ts';

const published = JSON.parse(
  readFileSync(new URL('../../../../docs/schema/verify-1.json', import.meta.url), 'utf8'),
) as Parameters<typeof z.fromJSONSchema>[0];
const schema = z.fromJSONSchema(published);

const open = {
  kind: 'known',
  position: 1_200n,
  high: 1_212n,
  proof: 'bounded',
  rereadAtMost: 12n,
  skipAtMost: 0n,
  reason: '12 source offsets between two syncs are not on the target',
} as const;
const proven = {
  kind: 'known',
  position: 1_204n,
  high: 1_204n,
  proof: 'verified',
  rereadAtMost: 0n,
  skipAtMost: 0n,
  reason: null,
} as const;
const where = { topic: 'orders', partition: 2, committed: 1_300n };
const verification: FlowVerification = {
  flow: 'A->B',
  positions: [
    { ...where, group: 'billing', was: open, is: proven },
    { ...where, group: 'left out', was: open, is: { ...open, reason: `${open.reason}; left out for the budget` } },
  ],
  pairs: [{ topic: 'orders', partition: 2, upstream: 1_300n, downstream: 1_204n }],
  bytes: 51_200,
  states: [],
  groups: [],
};
const refuted = report(flow({ findings: [finding({ code: 'VERIFICATION_REFUTED' }), finding()] }));

describe('tidemark verify', () => {
  test.each([
    ['with positions', refuted, [verification]],
    ['of a flow that could not be compared', refuted, []],
    ['of nothing', report(), []],
  ])('its JSON is what the published schema says: %s', (_, of, verifications) => {
    const text = [...renderVerifyJson(of, verifications)].join('');
    expect(schema.safeParse(JSON.parse(text)).error?.issues ?? []).toEqual([]);
  });

  test('THEN the JSON has each position before and after, offsets as strings, and only its own findings', () => {
    const [first] = z
      .object({
        flows: z.array(z.looseObject({ positions: z.array(z.looseObject({})), findings: z.array(z.looseObject({})) })),
      })
      .parse(JSON.parse([...renderVerifyJson(refuted, [verification])].join(''))).flows;
    expect(first?.positions[0]).toMatchObject({
      group: 'billing',
      committed: '1300',
      was: { position: '1200', proof: 'bounded', rereadAtMost: '12' },
      is: { position: '1204', proof: 'verified', rereadAtMost: '0' },
    });
    expect(first?.findings.map(({ code }) => code)).toEqual(['VERIFICATION_REFUTED']);
  });

  test('THEN the table shows what is not proven first, with the reason', () => {
    const lines = [...renderVerifyTable(refuted, [verification], { width: 100, paint: (_, text) => text })]
      .join('')
      .split('\n');
    expect(lines[0]).toBe('A->B  2 positions: 1 verified, 1 bounded (50 KiB compared)');
    const left = lines.findIndex((line) => line.includes('left out  orders-2  at 1,300'));
    const billing = lines.findIndex((line) => line.includes('billing  orders-2  at 1,300'));
    expect(left).toBeGreaterThan(0);
    expect(billing).toBeGreaterThan(left);
    expect(lines.slice(left, billing).join(' ').replace(/\s+/g, ' ')).toContain('left out for the budget');
    expect(lines.slice(billing + 1, billing + 3)).toEqual([
      '    was         1,200         ≤ 12  bounded',
      '    is          1,204            0  verified',
    ]);
  });
});
