import { beforeEach, describe, expect, test } from '@jest/globals';
import { REPLAY_HEADER } from '../../../shared/domain/reconcile/replay-header.ts';
import { listUnmirrored } from '../../../shared/reconcile/list-unmirrored.ts';
import { type PlanReplayRequest, planReplay } from '../../../shared/reconcile/plan-replay.ts';
import { ReplayRefusedError } from '../../../shared/reconcile/reconcile-errors.ts';
import { replayHash } from '../../../shared/reconcile/replay-document.ts';
import { type RunReplayRequest, runReplay } from '../../../shared/reconcile/run-replay.ts';
import { flowOf } from './flow.ts';
import { MemoryCluster } from './memory-clusters.ts';

const MIRRORED = 10;
const LOST = 1_700;

let a: MemoryCluster;
let b: MemoryCluster;

beforeEach(() => {
  a = new MemoryCluster('A');
  b = new MemoryCluster('B');
  for (let i = 0; i < MIRRORED + LOST; i++) {
    const record = {
      key: i % 3 === 0 ? null : Buffer.from(`k${i}`),
      value: i % 7 === 0 ? null : Buffer.from(`v${i}`),
      timestamp: BigInt(i),
      headers: [{ key: 'h', value: Buffer.from(`${i}`) }],
    };
    a.append('t', record);
    if (i < MIRRORED) b.append('t', record);
  }
});

async function planned(more: Partial<PlanReplayRequest> = {}) {
  const point = { run: 'run', target: 'id-of-B', ends: new Map([['t', [BigInt(MIRRORED)]]]) };
  const topic = (name: string) => name === 't';
  const list = await listUnmirrored({ flow: flowOf('identity'), source: a.reader(), target: b.reader(), point, topic });
  const isolation = 'read_uncommitted';
  const options = { skipSuperseded: false, evenIfEqual: false, now: 1_000, ...more };
  return await planReplay({ list, source: a.reader(), target: b.reader(), isolation, writer: b.writer(), ...options });
}

async function run(
  { plan }: Awaited<ReturnType<typeof planned>>,
  more: Partial<RunReplayRequest> = {},
): ReturnType<typeof runReplay> {
  const hash = replayHash(plan);
  return await runReplay({
    plan,
    hash,
    approved: hash,
    isolation: 'read_uncommitted',
    source: a.reader(),
    target: b.reader(),
    writer: b.writer(),
    clock: { now: () => 2_000 },
    ...more,
  });
}

/** What the target has been given after the failover point. */
function appended() {
  return b.log('t').records.slice(MIRRORED);
}

test('every lost record is written once, as it was, with one more header', async () => {
  const [result] = await run(await planned());
  expect(result).toMatchObject({ planned: BigInt(LOST), written: BigInt(LOST), already: 0n, failure: null });
  const wanted = a.log('t').records.slice(MIRRORED);
  expect(appended().map(({ offset: _, ...rest }) => rest)).toEqual(
    wanted.map(({ offset, headers, ...rest }) => ({
      ...rest,
      headers: [...headers, { key: REPLAY_HEADER, value: Buffer.from(`id-of-A/t/0/${offset}`) }],
    })),
  );
});

describe('a replay that is killed', () => {
  const attempts = [1, 2, 3, 4].flatMap((write) => [['before', write] as const, ['after', write] as const]);

  test.each(attempts)(
    '%s its write number %d is completed by the next run: nothing twice, nothing missing',
    async (how, at) => {
      const plan = await planned();
      let writes = 0;
      const writer = b.writer(() => (++writes === at ? how : 'no'));
      await expect(run(plan, { writer })).rejects.toThrow('killed');
      const there = appended().length;
      expect(there).toBe(Math.min(LOST, (how === 'before' ? at - 1 : at) * 500));
      // An application goes on writing in the meantime.
      b.append('t', { value: Buffer.from('native') });
      const [result] = await run(plan);
      expect(result).toMatchObject({ already: BigInt(there), written: BigInt(LOST - there), twice: 0n, failure: null });
      const marks = appended().flatMap(({ headers }) => headers.filter(({ key }) => key === REPLAY_HEADER));
      expect(new Set(marks.map(({ value }) => value?.toString())).size).toBe(LOST);
      expect(marks).toHaveLength(LOST);
    },
  );

  test('finds what reaches the broker only after it has looked once', async () => {
    const plan = await planned();
    const value = Buffer.from(`id-of-A/t/0/${MIRRORED}`);
    const late = async () => {
      b.append('t', { headers: [{ key: REPLAY_HEADER, value }] });
    };
    const [result] = await run(plan, { clock: { now: () => 2_000, pause: late } });
    expect(result).toMatchObject({ already: 1n, written: BigInt(LOST - 1), twice: 0n, failure: null });
  });

  test('a second plan has nothing left', async () => {
    await run(await planned());
    expect((await planned()).plan.partitions).toEqual([]);
  });

  test('a broker that refuses ends the partition with its reason, and is reported as not complete', async () => {
    const failure = { error: 'MESSAGE_TOO_LARGE', message: 'too large', retriable: false, live: false };
    const writer = { ...b.writer(), write: async () => failure };
    const [result] = await run(await planned(), { writer });
    expect(result).toMatchObject({ written: 0n, missing: BigInt(LOST), failure: 'MESSAGE_TOO_LARGE: too large' });
  });

  test('under compaction what lies before the last record that is there was written, and may be gone', async () => {
    const plan = await planned();
    let writes = 0;
    await expect(run(plan, { writer: b.writer(() => (++writes === 2 ? 'after' : 'no')) })).rejects.toThrow('killed');
    b.configs.set('cleanup.policy', 'compact');
    const log = b.log('t');
    log.records = log.records.filter(({ offset }) => offset < MIRRORED || offset >= MIRRORED + 900);
    const [result] = await run(plan);
    expect(result).toMatchObject({ already: 1_000n, written: BigInt(LOST - 1_000), missing: null, failure: null });
  });
});

describe('without the right to see settings', () => {
  beforeEach(() => {
    b.hidesConfigs = true;
  });

  test('a replay is carried out, and completed after a kill', async () => {
    const plan = await planned();
    let writes = 0;
    await expect(run(plan, { writer: b.writer(() => (++writes === 2 ? 'after' : 'no')) })).rejects.toThrow('killed');
    const [result] = await run(plan);
    expect(result).toMatchObject({ already: 1_000n, missing: 0n, twice: 0n, failure: null });
  });

  test('nothing is written where compaction may have removed what an earlier run wrote', async () => {
    const plan = await planned();
    let writes = 0;
    await expect(run(plan, { writer: b.writer(() => (++writes === 2 ? 'after' : 'no')) })).rejects.toThrow('killed');
    const log = b.log('t');
    log.records = log.records.filter(({ offset }) => offset < MIRRORED || offset >= MIRRORED + 900);
    const [result] = await run(plan);
    expect(result).toMatchObject({ written: 0n, failure: expect.stringContaining('only DescribeConfigs on t') });
  });
});

describe('a replay is refused', () => {
  const refused = async (work: Promise<unknown>): Promise<string> => {
    const error: unknown = await work.catch((one: unknown) => one);
    expect(appended().every(({ headers }) => headers.every(({ key }) => key !== REPLAY_HEADER))).toBe(true);
    if (!(error instanceof ReplayRefusedError)) throw new Error(`not refused: ${String(error)}`);
    return error.code;
  };

  test('with the hash of another plan', async () => {
    expect(await refused(run(await planned(), { approved: 'f00' }))).toBe('HASH_DIFFERS');
  });

  test('after its time', async () => {
    const plan = await planned();
    expect(await refused(run(plan, { clock: { now: () => plan.plan.expiresAt + 1 } }))).toBe('PLAN_EXPIRED');
  });

  test.each([
    ['a topic of the source', () => a.ids.set('t', 'new')],
    ['a topic of the target', () => b.ids.set('t', 'new')],
  ])('after %s was created again', async (_, recreate) => {
    const plan = await planned();
    recreate();
    expect(await refused(run(plan))).toBe('WORLD_CHANGED');
  });

  test('after a record of the source has changed', async () => {
    const plan = await planned();
    const [record] = a.log('t').records.splice(MIRRORED + 5, 1);
    if (record !== undefined) a.log('t').records.splice(MIRRORED + 5, 0, { ...record, value: Buffer.from('other') });
    expect(await refused(run(plan))).toBe('WORLD_CHANGED');
  });

  test('after the target has deleted what an earlier run may have written', async () => {
    const plan = await planned();
    for (let i = 0; i < 5; i++) b.append('t', {});
    b.log('t').start = BigInt(MIRRORED + 3);
    expect(await refused(run(plan))).toBe('WORLD_CHANGED');
  });

  test('if the target was given equal records since, unless a person says otherwise', async () => {
    const lost = a.log('t').records[MIRRORED + 1];
    if (lost !== undefined) b.append('t', lost);
    // The copy of a record has the offset that the log gives it.
    const copy = b.log('t').records.pop();
    if (copy !== undefined) b.log('t').records.push({ ...copy, offset: BigInt(MIRRORED) });
    expect(await refused(planned())).toBe('REPLAY_REFUSED');
    expect((await planned({ evenIfEqual: true })).plan.partitions[0]?.records).toBe(BigInt(LOST));
  });
});

test('records with newer ones of their key can be left out', async () => {
  const key = Buffer.from(`k${MIRRORED + 1}`);
  b.append('t', { key, value: Buffer.from('newer') });
  expect((await planned()).plan.partitions[0]).toMatchObject({ records: BigInt(LOST), superseded: 1n });
  const without = await planned({ skipSuperseded: true });
  expect(without.plan.partitions[0]).toMatchObject({ records: BigInt(LOST - 1), superseded: 0n });
  await run(without);
  const keys = appended().map((record) => record.key?.toString());
  expect(keys.filter((one) => one === key.toString())).toHaveLength(1);
});

test('a range of which nothing is known is named beside the plan: an empty one does not say that nothing is lost', async () => {
  b.log('t').records.splice(0);
  b.log('t').start = BigInt(MIRRORED);
  a.log('t').records.splice(0, MIRRORED);
  a.log('t').start = BigInt(MIRRORED);
  const { plan, unknown } = await planned();
  expect(plan.partitions).toEqual([]);
  expect(unknown).toEqual([
    {
      topic: 't',
      partition: 0,
      from: BigInt(MIRRORED),
      until: BigInt(MIRRORED + LOST),
      records: BigInt(LOST),
      reason: expect.stringContaining('the target has deleted its records before offset 10'),
    },
  ]);
});

test('a record that cannot be written as it is, is left out and named', async () => {
  a.append('t', { headers: [{ key: 'h', value: null }] });
  const { plan, leftOut } = await planned();
  expect(leftOut).toEqual([
    { topic: 't', partition: 0, offset: BigInt(MIRRORED + LOST), reason: 'a header has no value' },
  ]);
  expect(plan.partitions[0]?.records).toBe(BigInt(LOST));
});
