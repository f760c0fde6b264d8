import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FINDING_CODES, FINDINGS, type FindingCode } from '../../../../../shared/contract/finding-codes.ts';
import { findingIdentity } from '../../../../../shared/domain/judge/findings/finding-identity.ts';
import type { Subject } from '../../../../../shared/domain/model/finding.ts';
import { propertyRuns } from '../../../../property-runs.ts';
import { anyFlow } from '../any-flow.ts';
import { judge } from '../judge-case.ts';

const same = (code: FindingCode, a: Subject, b: Subject): boolean =>
  findingIdentity({ code, subject: a }) === findingIdentity({ code, subject: b });

describe('the identity of a finding', () => {
  test.each<[string, FindingCode, Subject, Subject, boolean]>([
    ['another worst partition', 'MIRROR_STALLED', { topic: 't', partition: 0 }, { topic: 't', partition: 7 }, true],
    ['another topic', 'MIRROR_STALLED', { topic: 't', partition: 0 }, { topic: 'u', partition: 0 }, false],
    [
      'another worst topic of a group',
      'GROUP_REREADS_MUCH',
      { group: 'g', topic: 't', partition: 0 },
      { group: 'g', topic: 'u', partition: 1 },
      true,
    ],
    ['another group', 'TARGET_GROUP_ACTIVE', { group: 'g' }, { group: 'h' }, false],
    [
      'the other side of a topic',
      'PARTITIONS_UNREADABLE',
      { topic: 't', cluster: 'A' },
      { topic: 't', cluster: 'B' },
      true,
    ],
    ['the other cluster', 'CLUSTER_UNREACHABLE', { cluster: 'A' }, { cluster: 'B' }, false],
    ['another first part that could not be read', 'AUDIT_INCOMPLETE', { cluster: 'A' }, {}, true],
    ['another first topic of a loop', 'REPLICATION_LOOP', { topic: 'a' }, { topic: 'b' }, true],
  ])('%s', (_, code, a, b, expected) => {
    expect(same(code, a, b)).toBe(expected);
  });

  test('differs by code', () => {
    const [one, other] = FINDING_CODES.map((code) => findingIdentity({ code, subject: { topic: 't' } }));
    expect(one).not.toBe(other);
  });

  test('no two findings of an audit have the same, and each names what it is about', () => {
    const field = { cluster: 'cluster', 'source-topic': 'topic', 'target-topic': 'topic', group: 'group' } as const;
    fc.assert(
      fc.property(anyFlow, (of) => {
        const { findings } = judge(of);
        expect(new Set(findings.map(findingIdentity)).size).toBe(findings.length);
        for (const { code, subject } of findings) {
          const { about } = FINDINGS[code];
          if (about !== 'flow') expect([code, typeof subject[field[about]]]).toEqual([code, 'string']);
        }
      }),
      { numRuns: propertyRuns(200) },
    );
  });
});
