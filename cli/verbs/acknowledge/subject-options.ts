import { FINDING_CODES, FINDINGS, type FindingCode, isFindingCode } from '../../../shared/contract/finding-codes.ts';
import type { Subject } from '../../../shared/domain/model/finding.ts';
import { UsageError, unknownName } from '../../output/usage-error.ts';

/** The options that say which finding of a code is meant. */
export interface SubjectOptions {
  readonly cluster?: string;
  readonly topic?: string;
  readonly group?: string;
  readonly partition?: number;
}

const FIELDS = ['cluster', 'topic', 'group', 'partition'] as const;

/** For each scope: what it is called, the field that has to be given, and those that may limit it further. */
const SCOPES = {
  flow: { name: 'a whole flow', needs: null, takes: [] },
  cluster: { name: 'a cluster', needs: 'cluster', takes: [] },
  'source-topic': { name: 'a topic', needs: 'topic', takes: ['partition'] },
  'target-topic': { name: 'a topic', needs: 'topic', takes: ['partition'] },
  group: { name: 'a group', needs: 'group', takes: ['topic', 'partition'] },
} as const;

/** @throws UsageError that names the code that was probably meant */
export function codeOf(text: string): FindingCode {
  if (isFindingCode(text)) return text;
  throw unknownName('finding', text, FINDING_CODES);
}

/**
 * The subject of the findings that are meant.
 * @throws UsageError if what the code is about is not named, or something that its findings never name
 */
export function subjectOf(code: FindingCode, options: SubjectOptions): Subject {
  const { name, needs, takes } = SCOPES[FINDINGS[code].about];
  if (needs !== null && options[needs] === undefined) {
    throw new UsageError(`${code} is about ${name}`, `name it: --${needs} ${needs.toUpperCase()}`);
  }
  const known: readonly string[] = [...(needs === null ? [] : [needs]), ...takes];
  for (const field of FIELDS) {
    if (options[field] === undefined || known.includes(field)) continue;
    throw new UsageError(`${code} is about ${name}, so that --${field} has no meaning for it`, `leave --${field} out`);
  }
  const { cluster, topic, partition, group } = options;
  return {
    ...(cluster === undefined ? {} : { cluster }),
    ...(topic === undefined ? {} : { topic }),
    ...(partition === undefined ? {} : { partition }),
    ...(group === undefined ? {} : { group }),
  };
}
