import { describe, expect, test } from '@jest/globals';
import type { PartitionState } from '../../../../shared/domain/judge/partition-state.ts';
import { waitsAtLeast } from '../../../../shared/domain/judge/waits-at-least.ts';
import { SyncHistory } from '../../../../shared/domain/mirror/syncs/sync-history.ts';
import type { FlowCase, PartitionCase } from './case-shapes.ts';
import { flowCase } from './flow-case.ts';

/** The newest sync says 1,000 -> 900; five records follow on the target. */
const PARTITION: PartitionCase = {
  syncs: [
    [0n, 0n],
    [1_000n, 900n],
  ],
  source: [0n, 1_500n],
  target: [0n, 906n],
  connect: null,
};

function atLeast(
  more: (state: PartitionState) => Partial<PartitionState>,
  partition: Partial<PartitionCase> = {},
  flow: FlowCase['flow'] = {},
): bigint | null {
  const [state] = flowCase({ partition: { ...PARTITION, ...partition }, groups: [], flow }).states;
  if (state === undefined) throw new Error('one partition');
  return waitsAtLeast({ ...state, ...more(state) });
}

const doubtful = (): Partial<PartitionState> => ({ sourceRecreated: 'doubt' });

describe('of records that wait, so many are not on the target whatever the syncs are about', () => {
  test('all, where nothing is in doubt', () => {
    expect(atLeast(() => ({}))).toBeNull();
    expect(atLeast(() => ({ sourceRecreated: 'topic-id' }))).toBeNull();
  });

  test('if the topic may be another one: what is behind all that the target can hold', () => {
    expect(atLeast(doubtful)).toBe(494n);
    expect(atLeast(doubtful, { target: [0n, 1_006n] })).toBe(394n);
    expect(atLeast(doubtful, { source: [0n, 1_000n] })).toBe(0n);
  });

  test('and behind what Connect has committed', () => {
    expect(atLeast(doubtful, { connect: 1_199n })).toBe(300n);
    expect(atLeast(doubtful, { connect: 10n })).toBe(494n);
  });

  test('nothing is in doubt without a sync', () => {
    expect(atLeast(() => ({ ...doubtful(), history: null }))).toBeNull();
    expect(atLeast(() => ({ ...doubtful(), history: new SyncHistory() }))).toBeNull();
  });

  test('if MM2 writes in transactions: markers may hide how many records follow the newest sync', () => {
    expect(atLeast(() => ({}), {}, { exactlyOnce: true })).toBe(494n);
  });

  test('not if no sync is about the present logs: none says how many follow it', () => {
    const empty: Partial<PartitionCase> = { target: [0n, 0n] };
    expect(atLeast(() => ({}), empty, { exactlyOnce: true })).toBeNull();
  });

  test('if the source log ends before all syncs: none for certain', () => {
    expect(atLeast(() => ({}), { syncs: [[1_000n, 900n]], source: [0n, 950n] })).toBe(0n);
  });

  test('all, if MM2 has gone on since with the log that was shortened: its sync says where it is', () => {
    const goneOn: Partial<PartitionCase> = {
      syncs: [...(PARTITION.syncs ?? []), [400n, 906n]],
      source: [0n, 500n],
      target: [0n, 907n],
    };
    expect(atLeast(() => ({}), goneOn)).toBeNull();
  });

  test('if Connect has committed more than the present topic may have: nothing without its offset', () => {
    const committed = ({ replication }: PartitionState): Partial<PartitionState> => ({
      replication: replication === null ? null : { ...replication, perhapsTo: 1_200n },
    });
    expect(atLeast(committed)).toBe(0n);
    expect(atLeast(committed, { connect: 1_199n })).toBe(300n);
    expect(atLeast(committed, { connect: 1_499n })).toBe(0n);
  });
});
