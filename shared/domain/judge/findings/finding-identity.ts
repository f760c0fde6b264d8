import { FINDINGS, type FindingScope } from '../../../contract/finding-codes.ts';
import type { Finding, Subject } from '../../model/finding.ts';

/** The field of a subject that names what a finding is about; null if it is about its flow. */
const STABLE_FIELD = {
  flow: null,
  cluster: 'cluster',
  'source-topic': 'topic',
  'target-topic': 'topic',
  group: 'group',
} as const satisfies Record<FindingScope, keyof Subject | null>;

/**
 * What makes a finding the same one in every audit of its flow: its code, and the part of its subject that does not
 * change while it is open. Its worst partition, and of a group its worst topic, may change.
 */
export function findingIdentity({ code, subject }: Pick<Finding, 'code' | 'subject'>): string {
  const field = STABLE_FIELD[FINDINGS[code].about];
  return JSON.stringify([code, field === null ? null : (subject[field] ?? null)]);
}
