import { describe, expect, test } from '@jest/globals';
import type { RememberedFlow } from '../../../../shared/domain/judge/observation.ts';
import { oldestLost } from '../../../../shared/domain/judge/oldest-lost.ts';
import type { PartitionState } from '../../../../shared/domain/judge/partition-state.ts';
import { type HoleLook, holeKey } from '../../../../shared/domain/judge/record-evidence.ts';
import type { Hole } from '../../../../shared/domain/mirror/coverage/hole.ts';
import { peek, record, rememberedIds } from './case-parts.ts';
import { AT, HOUR, MINUTE, type PartitionCase } from './case-shapes.ts';
import { flowCase } from './flow-case.ts';

/** Since when the oldest lost record exists, as its age; the first record of the source log is two hours old. */
function age(
  partition: PartitionCase,
  more: (state: PartitionState) => Partial<PartitionState> = () => ({}),
  remembered: RememberedFlow | null = null,
): number | null {
  const { observation, states } = flowCase({ partition, groups: [], remembered });
  const [state] = states;
  if (state === undefined) throw new Error('one partition');
  const since = oldestLost(observation, { ...state, ...more(state) });
  return since === null ? null : AT - since;
}

const MIDDLE = { kind: 'between', from: 100n, until: 200n, offsets: 10n, index: 1, isPlace: false } as const;
/** In the middle of the log; where to look first is at its end. */
const HOLE: Hole = { ...MIDDLE, look: { from: 190n, until: 200n } };

/** Records are missing in these stretches, of which looks have shown this. */
function missing(...stretches: readonly (readonly [Hole, HoleLook | null])[]) {
  return ({ records }: PartitionState): Partial<PartitionState> => ({
    missing: stretches.map(([hole]) => ({ hole, records: hole.offsets, certain: false, atLeast: 0n })),
    records: {
      ...records,
      holes: new Map(stretches.flatMap(([hole, look]) => (look === null ? [] : [[holeKey(hole), look]]))),
    },
  });
}

const seen = (agoMs: number, offset = 190n): HoleLook => ({ kind: 'peeked', peek: peek(record(offset, AT - agoMs)) });
const counted = (agoMs: number): HoleLook => ({ kind: 'counted', records: 10n, since: BigInt(AT - agoMs) });

describe('the oldest of the records that a failover loses', () => {
  test('is the oldest of what is missing and of what waits', () => {
    const waiting: PartitionCase = {
      source: [0n, 1_051n],
      records: { waiting: { from: 1_001n, peek: peek(record(1_001n, AT - MINUTE)) } },
    };
    expect(age(waiting)).toBe(MINUTE);
    expect(age(waiting, missing([HOLE, counted(HOUR)]))).toBe(HOUR);
    expect(age(waiting, missing([HOLE, counted(1)]))).toBe(MINUTE);
  });

  test('is not known if one of them is not', () => {
    const other = { ...HOLE, from: 300n, until: 400n };
    expect(age({}, missing([HOLE, counted(HOUR)], [other, null]))).toBeNull();
  });

  test('in a stretch is a record that was seen, if that is the first one of the stretch', () => {
    expect(age({}, missing([HOLE, seen(HOUR)]))).toBeNull();
    expect(age({}, missing([{ ...HOLE, isPlace: true }, seen(HOUR)]))).toBe(HOUR);
    expect(age({}, missing([{ ...HOLE, look: { from: 100n, until: 110n } }, seen(HOUR, 100n)]))).toBe(HOUR);
    expect(
      age(
        {},
        missing([
          { ...HOLE, isPlace: true },
          { kind: 'peeked', peek: peek(null, 195n) },
        ]),
      ),
    ).toBeNull();
  });

  test('in a stretch at the begin of the log is no older than its first record', () => {
    expect(age({}, missing([{ ...HOLE, from: 0n }, seen(HOUR)]))).toBe(2 * HOUR);
    expect(age({ source: [50n, 1_001n] }, missing([{ ...HOLE, from: 50n }, null]))).toBe(2 * HOUR);
    expect(age({ source: [50n, 1_001n] }, missing([{ ...HOLE, from: 51n }, null]))).toBeNull();
  });

  test('waits since the last audit if that saw nothing more, and the topic is the same', () => {
    const remembered = { ...rememberedIds({}), sourceEnd: () => 1_001n };
    const waiting: PartitionCase = { source: [0n, 1_051n] };
    expect(age(waiting, undefined, remembered)).toBe(MINUTE);
    expect(age(waiting, () => ({ sourceRecreated: 'doubt' }), remembered)).toBeNull();
    expect(age(waiting, undefined, { ...remembered, sourceEnd: () => null })).toBeNull();
  });
});
