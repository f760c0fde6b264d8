import { describe, expect, test } from '@jest/globals';
import { parseFailoverTask } from '../../../functions/failover-step/event.ts';
import { stateMachineError, stepError } from '../../../functions/runtime/state-machine-error.ts';
import { FAILOVER_ERRORS } from '../../../shared/contract/failover-machine.ts';
import { ClusterUnreachableError, TidemarkError } from '../../../shared/domain/model/errors.ts';
import {
  DamagedRunError,
  FailoverRefusedError,
  LockLostError,
  RunBusyError,
} from '../../../shared/failover/failover-errors.ts';
import { FailoverHeldError } from '../../../shared/failover/hold-store.ts';

const LOCK = { flow: 'A->B', run: 'r1', epoch: 3, holder: 'p1', since: 0 };
const named = (name: string) => Object.assign(new Error('password=hunter2'), { name });

describe('the state machine', () => {
  test.each<[string, unknown, string]>([
    ['repeats what does not answer', new ClusterUnreachableError('A', 'GONE', 'A does not answer'), 'retry'],
    ['repeats what the SDK throttles', named('ProvisionedThroughputExceededException'), 'retry'],
    ['repeats what the SDK gave up', named('TimeoutError'), 'retry'],
    ['waits for another invocation', new RunBusyError(LOCK), 'busy'],
    ['ends what a gate refuses', new FailoverRefusedError('GATES_REFUSE', ['no'], 'Assess again.'), 'refused'],
    ['ends what is held', new FailoverHeldError({ by: 'carl', reason: 'works', since: 0 }), 'held'],
    ['stops at damaged evidence', new DamagedRunError('r1', 'entry 3 was changed'), 'stopped'],
    ['stops what lost its lock', new LockLostError('A->B'), 'stopped'],
    ['stops at what needs a person', new TidemarkError('DOWN', 'B refuses'), 'stopped'],
    ['stops at a defect', new TypeError('undefined is not a function'), 'stopped'],
    ['stops at what is no error', 'oops', 'stopped'],
  ])('%s', (_, thrown, kind) => {
    const { name, message } = stateMachineError(thrown);
    expect(name).toBe(Reflect.get(FAILOVER_ERRORS, kind));
    expect(message).not.toContain('hunter2');
    expect(message).not.toContain('not a function');
  });

  test.each([
    [true, FAILOVER_ERRORS.retry],
    [false, FAILOVER_ERRORS.stopped],
  ])('of a step that failed, retriable: %s', (retriable, name) => {
    const error = stepError('drain', { code: 'NOT_DRAINED', reason: 'records wait', remedy: null, retriable });
    expect(error).toMatchObject({ name, message: 'NOT_DRAINED: step drain: records wait' });
    expect(stateMachineError(error)).toBe(error);
  });
});

describe('a task', () => {
  const run = { flow: 'A->B', runId: 'r1', by: 'anna' };
  const execution = { id: 'e', startedAt: '2026-11-22T10:00:00Z' };
  const start = (input: object) =>
    parseFailoverTask({ task: 'take-flow', machine: 'failover', start: input, execution });

  test('starts a new failover, or continues a run, and nothing between', () => {
    const fresh = { flow: 'A->B', mode: 'planned', by: 'anna' };
    expect(start(fresh)).toMatchObject({ start: { ...fresh, groups: ['*'], accept: [], overrideLock: false } });
    expect(start(run)).toMatchObject({ start: { ...run, overrideLock: false } });
    const back = { flow: 'B->A', mode: 'failback', by: 'anna' };
    expect(start({ ...back, failover: 'r1' })).toMatchObject({ start: { ...back, failover: 'r1' } });
    for (const wrong of [{ ...fresh, runId: 'r1' }, { flow: 'A->B', by: 'anna' }, { ...fresh, approve: 'x' }, {}]) {
      expect(() => start(wrong)).toThrow('the event is invalid');
    }
  });

  test.each<[string, object]>([
    ['an id that leaves its partition', { task: 'carry-out', ...run, runId: 'r1#x', mode: 'planned', step: 'fence' }],
    ['an unknown step', { task: 'carry-out', ...run, mode: 'planned', step: 'format-disks' }],
    ['a hash that is none', { task: 'approve', ...run, answer: { hash: 'x', by: 'bert' } }],
    ['an answer with more', { task: 'approve', ...run, answer: { hash: '0'.repeat(64), by: 'bert', skip: true } }],
    ['an unknown task', { task: 'approve-all', ...run }],
  ])('is refused with %s', (_, event) => {
    expect(() => parseFailoverTask(event)).toThrow('the event is invalid');
  });
});
