import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type ApprovalSubject,
  changesBetween,
  hashOfSubject,
} from '../../../../shared/domain/failover/approval-subject.ts';
import { brokenAt, type ChainEntry, NO_ENTRY, sealed } from '../../../../shared/domain/failover/evidence-chain.ts';
import type { RunEvent } from '../../../../shared/domain/failover/run-event.ts';
import { ImpossibleRunError, type RunRecord, recordOf } from '../../../../shared/domain/failover/run-record.ts';
import { DANGEROUS_STEPS, STEP_NAMES } from '../../../../shared/domain/failover/step-name.ts';
import { canonicalJson } from '../../../../shared/domain/model/canonical-json.ts';

const digest = (text: string) => createHash('sha256').update(text).digest('hex');

const SUBJECT: ApprovalSubject = {
  flow: 'A->B',
  mode: 'planned',
  clusters: { source: 'a', target: 'b' },
  topics: [{ topic: 'orders', targetTopic: 'A.orders', partitions: 3 }],
  chosen: ['*'],
  groups: ['billing'],
  rpoRecords: '0',
  rtoSeconds: null,
  accepted: [],
  refused: [],
  steps: STEP_NAMES.map((step) => ({ step, skipped: null, actions: [`does ${step}`] })),
};

const FIRST: RunEvent = {
  kind: 'assessed',
  subject: SUBJECT,
  hash: hashOfSubject(SUBJECT, digest),
  figures: {},
  by: 'anna',
  expiresAt: 9,
};

const step = fc.constantFrom(...STEP_NAMES);
const event: fc.Arbitrary<RunEvent> = fc.oneof(
  fc.record({ kind: fc.constant('began' as const), step, intent: fc.jsonValue() as fc.Arbitrary<null> }),
  fc.record({ kind: fc.constant('done' as const), step, evidence: fc.constant(null) }),
  fc.record({ kind: fc.constant('failed' as const), step, code: fc.string(), reason: fc.string() }),
  fc.record({ kind: fc.constant('skipped' as const), step, reason: fc.string() }),
  fc.record({ kind: fc.constant('undo-began' as const), step }),
  fc.record({ kind: fc.constant('undone' as const), step, evidence: fc.constant(null) }),
  fc.record({ kind: fc.constant('undo-failed' as const), step, code: fc.string(), reason: fc.string() }),
  fc.constant({ kind: 'approved' as const, hash: hashOfSubject(SUBJECT, digest), by: 'anna' }),
  fc.record({ kind: fc.constant('refused' as const), reasons: fc.array(fc.string()) }),
);

function chained(events: readonly RunEvent[]): ChainEntry[] {
  const entries: ChainEntry[] = [];
  for (const [seq, one] of events.entries()) {
    const previous = entries.at(-1)?.hash ?? NO_ENTRY;
    entries.push(sealed({ run: 'r', seq, at: seq, epoch: seq === 0 ? 0 : 1, event: one, previous }, digest));
  }
  return entries;
}

/** The events that a record takes, one after the other, and the records in between. */
function taken(events: readonly RunEvent[]): readonly RunRecord[] {
  const kept: RunEvent[] = [FIRST];
  const records: RunRecord[] = [];
  for (const one of events) {
    try {
      const record = recordOf(chained([...kept, one]));
      if (record !== null) records.push(record);
      kept.push(one);
    } catch (error) {
      if (!(error instanceof ImpossibleRunError)) throw error;
    }
  }
  return records;
}

describe('a run record', () => {
  test('never loses a done step, but for its undo, and does nothing dangerous without an approval', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        const records = taken(events);
        for (const [i, record] of records.entries()) {
          const next = records[i + 1];
          for (const [name, state] of record.steps) {
            if (DANGEROUS_STEPS.has(name) && state.kind !== 'pending') expect(record.approval).not.toBeNull();
            if (next === undefined || state.kind !== 'done') continue;
            expect(['done', 'undoing']).toContain(next.steps.get(name)?.kind);
          }
        }
      }),
    );
  });

  test('keeps the first intent of a step through every further attempt', () => {
    const began = (intent: string): RunEvent => ({ kind: 'began', step: 'drain', intent });
    const failed: RunEvent = { kind: 'failed', step: 'drain', code: 'X', reason: 'x' };
    const record = taken([began('first'), failed, began('second'), began('third')]).at(-1);
    expect(record?.steps.get('drain')).toMatchObject({ kind: 'doing', intent: 'first' });
  });
});

describe('the chain of evidence', () => {
  test('detects every changed byte of an entry, and every entry that is missing or moved', () => {
    fc.assert(
      fc.property(fc.array(event, { minLength: 2, maxLength: 8 }), fc.nat(), fc.nat(), (events, at, by) => {
        const entries = chained([FIRST, ...events]);
        expect(brokenAt('r', entries, digest)).toBeNull();
        const text = canonicalJson(entries);
        const i = at % text.length;
        const other = String.fromCharCode(32 + ((text.charCodeAt(i) + 1 + (by % 90)) % 94));
        if (other === text[i]) return;
        const changed = parsed(`${text.slice(0, i)}${other}${text.slice(i + 1)}`);
        // A text that is no longer a list of entries cannot be taken for one, and 1.0 is still 1.
        if (changed === null || canonicalJson(changed) === text) return;
        expect(brokenAt('r', changed, digest)).not.toBeNull();
        const missing = at % (entries.length - 1);
        expect(brokenAt('r', entries.toSpliced(missing, 1), digest)).not.toBeNull();
      }),
    );
  });
});

function parsed(text: string): ChainEntry[] | null {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? (value as ChainEntry[]) : null;
  } catch {
    return null;
  }
}

describe('what is approved', () => {
  test('has another hash after any change, and the change is named', () => {
    const others: ApprovalSubject[] = [
      { ...SUBJECT, mode: 'unplanned' },
      { ...SUBJECT, clusters: { source: 'c', target: 'b' } },
      { ...SUBJECT, groups: ['billing', 'late'] },
      { ...SUBJECT, groups: [] },
      { ...SUBJECT, topics: [{ topic: 'orders', targetTopic: 'A.orders', partitions: 4 }] },
      { ...SUBJECT, rpoRecords: null },
      { ...SUBJECT, accepted: ['FENCE_MISSING'] },
      { ...SUBJECT, steps: SUBJECT.steps.map((one, i) => (i === 3 ? { ...one, actions: ['else'] } : one)) },
    ];
    const hashes = [SUBJECT, ...others].map((one) => hashOfSubject(one, digest));
    expect(new Set(hashes).size).toBe(hashes.length);
    for (const other of others) expect(changesBetween(SUBJECT, other)).not.toEqual([]);
    expect(changesBetween(SUBJECT, { ...SUBJECT })).toEqual([]);
  });
});
