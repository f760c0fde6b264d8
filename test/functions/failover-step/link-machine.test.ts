import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { RunRecord } from '../../../shared/domain/failover/run-record.ts';
import { FakeWorld, UNTOUCHED } from '../../shared/failover/failover-world.ts';
import { formOf, functionUrlEvent } from '../failover-approval/function-url-event.ts';
import { type Ended, TestMachine } from './machine.ts';
import { faultsOf, MachineHost } from './machine-host.ts';

const ORDER = ['fence', 'mirror', 'consumers', 'positions', 'name', 'cut'].map((what) => `${what}=true`);
const PLANNED = { flow: 'A->B', mode: 'planned', by: 'anna' };
const BY = 'bert (by the link, from 192.0.2.7)';

let host: MachineHost;
beforeAll(async () => {
  host = await MachineHost.start({ approvalLink: true });
});
afterAll(() => host?.stop());

let fake: FakeWorld;
let machine: TestMachine;
beforeEach(async () => {
  fake = new FakeWorld();
  machine = new TestMachine(fake, await host.stores(), host.machines());
});

async function waiting(input: object = PLANNED, id = 'one') {
  const execution = machine.start(input, id);
  const { record } = await machine.awaited();
  return { execution, record, link: newestLink() };
}

function newestLink(): string {
  return new URL(machine.notices.at(-1)?.link ?? '').searchParams.get('link') ?? '';
}

const look = (link: string) => machine.page(functionUrlEvent({ query: `link=${link}` }));

async function answer(link: string, how: 'approve' | 'reject', filled: Record<string, string>) {
  const form = formOf((await look(link)).body, how, { by: 'bert', ...filled });
  return await machine.page(functionUrlEvent({ method: 'POST', form: { ...form, link } }));
}

const approve = (link: string, { hash }: RunRecord) => answer(link, 'approve', { typed: hash.slice(0, 8) });
const again = (record: RunRecord) => ({ flow: 'A->B', runId: record.run, by: 'anna' });

async function refusedWith(execution: Promise<Ended>, reason: string): Promise<void> {
  expect((await execution).error).toBe('FailoverRefused');
  expect(machine.told.at(-1)).toContain(reason);
}

describe('a state machine whose approval is asked for with a link', () => {
  test('has a valid definition', () => {
    expect(faultsOf(host.machines().run)).toBe('');
  });

  test('tells approvers once, with the link; no message of its own, no output and no evidence has it', async () => {
    const { execution, record, link } = await waiting();
    expect(machine.notices).toHaveLength(1);
    expect(machine.notices[0]).toMatchObject({
      title: 'APPROVAL NEEDED: planned failover of A->B [example]',
      hash: record.hash,
      until: new Date(record.expiresAt).toISOString(),
    });
    expect((await approve(link, record)).statusCode).toBe(200);
    const ended = await execution;
    expect(ended.error).toBeNull();
    expect(fake.done).toEqual(ORDER);
    const { record: after, entries } = await machine.stored(record.run);
    expect(after).toMatchObject({ phase: 'completed', approval: { hash: record.hash, by: BY } });
    const signature = link.split('.').at(-1) ?? '?';
    expect(JSON.stringify([ended.output, entries, machine.told, machine.invoked])).not.toContain(signature);
  });

  test('can be rejected by the link: nothing was changed, and the evidence says who', async () => {
    const { execution, record, link } = await waiting();
    await answer(link, 'reject', { reason: 'not today' });
    expect((await execution).error).toBe('FailoverRejected');
    expect(fake.effects).toEqual(UNTOUCHED);
    const { entries } = await machine.stored(record.run);
    expect(entries.at(-1)?.event).toEqual({ kind: 'refused', reasons: [`not approved: ${BY}: not today`] });
    expect((await look(link)).body).toContain(`${BY} has rejected`);
  });

  test('can be approved without it, and the link then says so', async () => {
    const { execution, record, link } = await waiting();
    await machine.control({ action: 'approve', runId: record.run, hash: record.hash, by: 'carl' });
    const late = await approve(link, record);
    expect([late.statusCode, late.body]).toEqual([410, expect.stringContaining('carl has approved')]);
    expect((await execution).error).toBeNull();
    expect((await machine.stored(record.run)).record.approval?.by).toBe('carl');
  });
});

describe('an approval by a link is compared', () => {
  test('first with the assessment: after it has expired nothing is sent', async () => {
    const { execution, record, link } = await waiting();
    const { body } = await look(link);
    const { now } = fake;
    fake.now = record.expiresAt;
    const form = formOf(body, 'approve', { by: 'bert', typed: record.hash.slice(0, 8) });
    expect((await machine.page(functionUrlEvent({ method: 'POST', form }))).statusCode).toBe(410);
    expect(fake.done).toEqual([]);
    expect(machine.invoked.some((one) => one.startsWith('Approve:'))).toBe(false);
    fake.now = now;
    await machine.control({ action: 'reject', runId: record.run, reason: 'the end of the test', by: 'carl' });
    await execution;
  });

  test('then with the world as it is when the state machine continues', async () => {
    const { execution, record, link } = await waiting();
    fake.groups.push('late');
    expect((await approve(link, record)).statusCode).toBe(200);
    await refusedWith(execution, 'WORLD_CHANGED');
    expect(fake.done).toEqual([]);
    expect(await machine.stores.runs.lockOf('A->B')).toBeNull();
  });

  test('then before each dangerous step, word for word', async () => {
    const { execution, record, link } = await waiting();
    machine.after = async (state) => {
      if (state === 'Approve') fake.principals = 'User:everybody';
    };
    expect((await approve(link, record)).statusCode).toBe(200);
    await refusedWith(execution, 'would do something else than was approved');
    expect((await machine.stored(record.run)).record.approval?.by).toBe(BY);
    expect(fake.done).toEqual([]);
  });
});

test('a run that is asked for again has a new link, and the old one does nothing', async () => {
  const first = await waiting();
  await machine.control({ action: 'reject', runId: first.record.run, reason: 'wait', by: 'carl' });
  await first.execution;
  const second = await waiting(again(first.record), 'two');
  expect(second.record.run).toBe(first.record.run);
  expect(second.link).not.toBe(first.link);
  expect((await approve(first.link, second.record)).body).toContain('was replaced');
  expect((await approve(second.link, second.record)).statusCode).toBe(200);
  expect((await second.execution).error).toBeNull();
});

test('a function that asks and dies asks again with the same link', async () => {
  machine.after = async (state, nth) => {
    if (state === 'Wait for the approval' && nth === 0) throw Object.assign(new Error(), { name: 'Runtime.ExitError' });
  };
  const execution = machine.start(PLANNED, 'one');
  const { record } = await machine.awaited();
  for (let tries = 0; machine.notices.length < 2 && tries < 1_000; tries++) await machine.stored(record.run);
  expect(new Set(machine.notices.map(({ link }) => link)).size).toBe(1);
  expect((await approve(newestLink(), record)).statusCode).toBe(200);
  expect((await execution).error).toBeNull();
});
