import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type AcknowledgeRequest,
  acknowledgeFinding,
  withdrawAcknowledgement,
} from '../../../shared/acknowledge/acknowledge-finding.ts';
import { stateOf } from '../../../shared/acknowledge/acknowledgement-state.ts';
import { openHistoryDatabase } from '../../../shared/adapters/sqlite/open-database.ts';
import { createSqliteAcknowledgementStore } from '../../../shared/adapters/sqlite/sqlite-acknowledgement-store.ts';
import type { AcknowledgementStore } from '../../../shared/history/acknowledgement-store.ts';
import { flowFixture } from '../domain/model/flow-fixture.ts';
import { BEGIN, HOUR } from '../history/recorded-flow.ts';

const FLOW = flowFixture({ source: 'A', target: 'B' });
const IDENTITY = flowFixture({
  source: 'A',
  target: 'B',
  policy: { kind: 'identity', separator: '.', internalSeparator: '.' },
});
let store: AcknowledgementStore;
let now: number;
beforeEach(() => {
  store = createSqliteAcknowledgementStore(openHistoryDatabase(':memory:'));
  now = BEGIN;
});
afterEach(() => store.close());

const clock = { now: () => now };
const acknowledge = (over: Partial<AcknowledgeRequest> = {}) =>
  acknowledgeFinding({
    store,
    clock,
    flow: FLOW,
    code: 'FOREIGN_WRITES',
    subject: { topic: 'orders' },
    reason: 'r',
    by: 'alice',
    until: null,
    ...over,
  });

describe('an acknowledgement', () => {
  test('is stored with what it says, and a short id', async () => {
    const { acknowledgement, isNew } = await acknowledge({ until: BEGIN + HOUR });
    expect(isNew).toBe(true);
    expect(acknowledgement).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{12}$/),
      flow: 'A->B',
      code: 'FOREIGN_WRITES',
      subject: { topic: 'A.orders' },
      reason: 'r',
      by: 'alice',
      at: BEGIN,
      until: BEGIN + HOUR,
      ending: null,
    });
    expect(await store.list('A->B', now)).toEqual([acknowledgement]);
  });

  test('twice is one', async () => {
    const first = await acknowledge();
    now += 1_000;
    const second = await acknowledge();
    expect(second).toEqual({ acknowledgement: first.acknowledgement, isNew: false });
    expect(await store.list('A->B', now)).toHaveLength(1);
  });

  test('that says something else is another', async () => {
    const others: Partial<AcknowledgeRequest>[] = [
      {},
      { reason: 'another' },
      { by: 'bob' },
      { until: BEGIN + HOUR },
      { code: 'RECORDS_DUPLICATED' },
      { subject: { topic: 'payments' } },
      { subject: { topic: 'orders', partition: 0 } },
    ];
    for (const other of others) expect((await acknowledge(other)).isNew).toBe(true);
    expect(new Set((await store.list('A->B', now)).map(({ id }) => id)).size).toBe(others.length);
  });

  test.each([
    ['closed', { kind: 'closed', at: BEGIN + 1 } as const],
    ['withdrawn', { kind: 'withdrawn', at: BEGIN + 1, by: 'bob' } as const],
  ])('that was %s can be made again, and that one twice is one', async (_, ending) => {
    const { acknowledgement: first } = await acknowledge();
    await store.end('A->B', first.id, ending);
    now += 2;
    const { acknowledgement: second, isNew } = await acknowledge();
    expect([isNew, second.id === first.id, second.at]).toEqual([true, false, now]);
    expect((await acknowledge()).acknowledgement.id).toBe(second.id);
    await store.end('A->B', second.id, { kind: 'closed', at: now });
    now += 1;
    expect((await acknowledge()).isNew).toBe(true);
    expect(await store.list('A->B', now)).toHaveLength(3);
  });

  test.each([
    ['a source topic', FLOW, 'orders', 'A.orders'],
    ['a remote topic', FLOW, 'A.orders', 'A.orders'],
    ['a topic that keeps its name', IDENTITY, 'orders', 'orders'],
  ])('names %s as findings about the target do', async (_, flow, topic, expected) => {
    expect((await acknowledge({ flow, subject: { topic } })).acknowledgement.subject).toEqual({ topic: expected });
  });

  test('leaves the topic of a finding about the source alone', async () => {
    const { acknowledgement } = await acknowledge({ code: 'MIRROR_STALLED' });
    expect(acknowledgement.subject).toEqual({ topic: 'orders' });
  });
});

describe('to withdraw one', () => {
  const withdraw = (id: string) => withdrawAcknowledgement(store, ['B->A', 'A->B'], { id, by: 'bob', clock });

  test('ends it, once', async () => {
    const { id } = (await acknowledge()).acknowledgement;
    now += 5;
    const ending = { kind: 'withdrawn', at: now, by: 'bob' };
    expect(await withdraw(id)).toMatchObject({ kind: 'withdrawn', acknowledgement: { id, ending } });
    now += 5;
    expect(await withdraw(id)).toMatchObject({ kind: 'ended', acknowledgement: { id, ending } });
    expect(await store.list('A->B', now)).toMatchObject([{ id, ending }]);
  });

  test('whose time is over changes nothing', async () => {
    const { id } = (await acknowledge({ until: BEGIN + 1 })).acknowledgement;
    now += 1;
    expect(await withdraw(id)).toMatchObject({ kind: 'ended', acknowledgement: { ending: null } });
  });

  test('that is not there', async () => {
    expect(await withdraw('aaaaaaaaaaaa')).toEqual({ kind: 'unknown' });
  });
});

test('the state of an acknowledgement is what ended it first', async () => {
  const { acknowledgement: timed } = await acknowledge({ until: BEGIN + 10 });
  expect([stateOf(timed, BEGIN), stateOf(timed, BEGIN + 9), stateOf(timed, BEGIN + 10)]).toEqual([
    'in-effect',
    'in-effect',
    'expired',
  ]);
  expect(stateOf({ ...timed, ending: { kind: 'closed', at: BEGIN + 5 } }, BEGIN + 20)).toBe('closed');
  expect(stateOf({ ...timed, ending: { kind: 'withdrawn', at: BEGIN + 5, by: 'b' } }, BEGIN + 20)).toBe('withdrawn');
});
