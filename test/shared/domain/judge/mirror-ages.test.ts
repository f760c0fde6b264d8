import { describe, expect, test } from '@jest/globals';
import type { FlowCase, PartitionCase } from './case-shapes.ts';
import { HOUR, MINUTE, SECOND } from './case-shapes.ts';
import { judge } from './judge-case.ts';

/** MM2 has mirrored up to `connect`, 40 minutes after its newest offset sync, at 1,000. */
const mirrored = (connect: bigint, more: PartitionCase = {}): PartitionCase => ({
  syncedAgoMs: HOUR,
  connect,
  connectAgoMs: 20 * MINUTE,
  source: [0n, 5_000n],
  target: [0n, 5_000n],
  ...more,
});
const NOTHING = { kind: 'known', seconds: 0 };

describe('the age of the mapping', () => {
  const mapping = (of: FlowCase) => judge(of).ages?.mapping;

  test('of a healthy flow nothing is owed', () => {
    expect(mapping({})).toEqual(NOTHING);
  });

  test('is the time that MM2 has mirrored past the newest sync by more than offset.lag.max', () => {
    expect(mapping({ partition: mirrored(1_101n) })).toEqual({
      kind: 'known',
      seconds: 2_400,
      of: { topic: 'orders', partition: 0 },
    });
    expect(mapping({ partition: mirrored(1_100n) })).toEqual(NOTHING);
    expect(mapping({ flow: { offsetLagMax: 500 }, partition: mirrored(1_500n) })).toEqual(NOTHING);
    expect(mapping({ flow: { offsetLagMax: 500 }, partition: mirrored(1_501n) })).toMatchObject({ seconds: 2_400 });
  });

  test('a quiet topic has an old sync, and owes none', () => {
    expect(mapping({ partition: mirrored(1_000n, { connectAgoMs: HOUR }) })).toEqual(NOTHING);
  });

  test('the partition that has waited longest is named', () => {
    const partitions = [{}, mirrored(2_000n, { connectAgoMs: 59 * MINUTE }), mirrored(2_000n), mirrored(1_050n)];
    expect(mapping({ partitions })).toMatchObject({ seconds: 2_400, of: { topic: 'orders', partition: 2 } });
  });

  test.each<[string, FlowCase]>([
    ['the syncs could not be read', { syncs: 'unread', syncsKnown: true }],
    ['there are no syncs', { syncs: 'missing' }],
    ['the offsets of Connect could not be read', { connectOffsets: 'unread' }],
    ['MM2 has mirrored, and no sync is known', { partition: mirrored(2_000n, { syncs: [] }) }],
    ['Connect has an offset of a longer log of this name', { partition: mirrored(6_000n) }],
  ])('GIVEN that %s THEN it is unknown, with a reason', (_, of) => {
    expect(mapping(of)).toEqual({ kind: 'unknown', reason: expect.stringMatching(/./) });
  });
});

describe('the age of the checkpoints', () => {
  const checkpoints = (of: FlowCase) => judge(of).ages?.checkpoints;
  const behind = (checkpoint: bigint) => ({ committed: 1_000n, checkpoint, checkpointAgoMs: 2 * HOUR });

  test('is that of the checkpoint that the newest sync would put further ahead', () => {
    expect(checkpoints({ position: behind(999n) })).toEqual({
      kind: 'known',
      seconds: 7_200,
      of: { group: 'billing', topic: 'orders', partition: 0 },
    });
  });

  test.each<[string, FlowCase]>([
    ['the group has not moved since', { position: behind(1_000n) }],
    ['the group is behind the newest sync', { position: { ...behind(900n), committed: 999n } }],
    ['MM2 has never written one', { position: { checkpoint: null } }],
  ])('GIVEN that %s THEN nothing is owed', (_, of) => {
    expect(checkpoints(of)).toEqual(NOTHING);
  });

  test('a busy topic does not hide it: its newest sync is new', () => {
    expect(checkpoints({ partition: { syncedAgoMs: SECOND }, position: behind(900n) })).toMatchObject({
      seconds: 7_200,
    });
  });

  test('ends with the last sign of life of MM2: a dead one has an alarm of its own', () => {
    const silent = { heartbeat: { agoMs: HOUR }, partition: { syncedAgoMs: HOUR, connectAgoMs: HOUR } };
    expect(checkpoints({ ...silent, position: behind(999n) })).toMatchObject({ seconds: 3_600 });
  });

  test.each(['missing', 'unread', 'off'] as const)('GIVEN that the topic is %s THEN it is unknown', (absent) => {
    expect(checkpoints({ checkpoints: absent })).toEqual({ kind: 'unknown', reason: expect.any(String) });
  });
});

test('of a dead target both are unknown', () => {
  expect(judge({ down: 'target' }).ages).toMatchObject({
    mapping: { kind: 'unknown' },
    checkpoints: { kind: 'unknown' },
  });
});
