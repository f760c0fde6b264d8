import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { renderAuditJson } from '../../../cli/output/audit-json.ts';
import type { AuditReport, GroupReport } from '../../../shared/domain/model/report.ts';
import { AT, finding, flow, group, partition, report, snapshot } from '../verbs/sample-report.ts';

const published = JSON.parse(
  readFileSync(new URL('../../../docs/schema/audit-1.json', import.meta.url), 'utf8'),
) as Parameters<typeof z.fromJSONSchema>[0];
const schema = z.fromJSONSchema(published);

const rendered = (of: AuditReport): unknown => JSON.parse([...renderAuditJson(of)].join(''));

const unknown = { kind: 'unknown', reason: 'broker 2 is down' } as const;
const past = report(
  flow({
    snapshot: snapshot({
      thinned: true,
      passedOver: [{ at: AT + 80_000, damage: 'checksum' }],
      unread: [{ role: 'source', kind: 'cluster', name: '' }],
    }),
  }),
);
const everything = report(
  flow({
    partitions: [
      partition(),
      partition({
        sourceEnd: null,
        targetEnd: null,
        replicatedTo: null,
        lag: unknown,
        missing: 9_007_199_254_740_993n,
      }),
    ],
    groups: [
      group(),
      group({
        group: 'a "quoted"\n→ name',
        mm2: { kind: 'none' },
        tidemark: { kind: 'unknown', reason: 'no sync' },
      }),
    ],
    findings: [
      finding(),
      finding({ severity: 'info', code: 'GROUP_SYNC_OFF', subject: { topic: 't', partition: 3, group: 'g' } }),
    ],
    unread: [{ what: 'end of t-3', cluster: 'A', error: 'BROKER_UNREACHABLE', message: 'refused', retriable: true }],
  }),
  flow({ flow: 'B->A', loss: unknown, verdict: 'unknown', partitions: [], groups: [], findings: [] }),
);

describe('tidemark audit --format json', () => {
  test.each([
    ['a full report', everything],
    ['an empty one', report()],
    ['one of the past', past],
    [
      'one without a known age',
      report(flow({ loss: { kind: 'known', records: 1n, seconds: null, basis: 'estimated' } })),
    ],
  ])('%s is what the published schema says', (_, of) => {
    expect(schema.safeParse(rendered(of)).error).toBeUndefined();
  });

  test('the published schema refuses what the contract excludes', () => {
    const document = JSON.parse([...renderAuditJson(everything)].join('')) as { flows: Record<string, unknown>[] };
    const broken = (change: (flow: Record<string, unknown>) => void): unknown => {
      const copy = structuredClone(document);
      for (const one of copy.flows.slice(0, 1)) change(one);
      return copy;
    };
    const refused = [
      broken((one) => Object.assign(one, { verdict: 'fine' })),
      broken((one) => Object.assign(one, { extra: 1 })),
      broken((one) => Object.assign(one, { loss: { kind: 'known', records: 34, seconds: 1, basis: 'proven' } })),
      broken((one) => Object.assign(one, { loss: { kind: 'unknown' } })),
      broken((one) => Object.assign(one, { partitions: [{ topic: 't' }] })),
      broken((one) => Object.assign(one, { snapshot: { asOf: AT } })),
      { ...document, at: '2026-11-20' },
      { ...document, schema: 'tidemark.audit/2' },
    ];
    expect(refused.map((one) => schema.safeParse(one).success)).toEqual(refused.map(() => false));
  });

  test('offsets keep all their digits, times are ISO, and unknown is null with a reason', () => {
    expect(rendered(everything)).toMatchObject({
      schema: 'tidemark.audit/1',
      at: '2026-11-20T10:00:00.000Z',
      flows: [
        {
          partitions: [{ sourceEnd: '1234' }, { missing: '9007199254740993', sourceEnd: null, lag: unknown }],
          groups: [{ commitCheckedAt: '2026-11-20T10:00:00.120Z', committed: '1000' }, { group: 'a "quoted"\n→ name' }],
          findings: [{ evidence: { lastSign: '1700000000000', age: 95.5, alive: false, nothing: null } }, {}],
        },
        { flow: 'B->A', loss: unknown },
      ],
    });
  });

  test('positions have every field of the contract, and no other, whether they are known or not', () => {
    const nothing = { position: null, rereadAtMost: null, skipAtMost: null };
    const renderedGroup = (over: Partial<GroupReport>) =>
      (rendered(report(flow({ groups: [group(over)] }))) as { flows: { groups: object[] }[] }).flows[0]?.groups[0];
    const head = { group: 'billing', topic: 'orders', partition: 0, committed: '1000' };
    const commitCheckedAt = '2026-11-20T10:00:00.120Z';
    expect(renderedGroup({})).toEqual({
      ...head,
      commitCheckedAt,
      mm2: { position: '203', rereadAtMost: '797', skipAtMost: '0', from: 'group-offset' },
      tidemark: { position: '1000', high: '1000', proof: 'exact', rereadAtMost: '0', skipAtMost: '0' },
    });
    const cost = { kind: 'unknown', reason: 'no sync' } as const;
    expect(renderedGroup({ mm2: { kind: 'at', position: 7n, from: 'checkpoint', cost }, tidemark: cost })).toEqual({
      ...head,
      commitCheckedAt,
      mm2: { ...nothing, position: '7', from: 'checkpoint' },
      tidemark: { ...nothing, high: null, proof: 'none', reason: 'no sync' },
    });
    expect(renderedGroup({ mm2: { kind: 'none' } })).toMatchObject({ mm2: { ...nothing, from: 'none' } });
  });

  test('a report of the past says what it was taken from, in ISO times; one of the present does not', () => {
    expect(rendered(past)).toMatchObject({
      flows: [
        {
          snapshot: {
            asOf: '2026-11-20T10:01:30.000Z',
            takenAt: '2026-11-20T10:00:00.000Z',
            heldUntil: '2026-11-20T10:01:00.000Z',
            thinned: true,
            passedOver: [{ at: '2026-11-20T10:01:20.000Z', damage: 'checksum' }],
            unread: [{ role: 'source', kind: 'cluster', name: '' }],
          },
        },
      ],
    });
    expect(JSON.stringify(rendered(everything))).not.toContain('snapshot');
  });

  test('every partition, group and finding has a line of its own', () => {
    const lines = [...renderAuditJson(everything)].join('').split('\n');
    for (const line of lines.filter((one) => one.startsWith('  '))) {
      expect(() => JSON.parse(line.replace(/(?:,|\]\}?,?)$/, '')) as unknown).not.toThrow();
    }
    expect(lines.filter((one) => one.startsWith('  '))).toHaveLength(7);
  });
});
