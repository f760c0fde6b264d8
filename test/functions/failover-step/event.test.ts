import { describe, expect, test } from '@jest/globals';
import { parseFailoverTask } from '../../../functions/failover-step/event.ts';

describe('giving a flow back', () => {
  const event = { task: 'give-flow-back', flow: 'A->B', runId: 'r1' };

  // moto says null where a task token was answered with a failure, and AWS leaves out what nobody gave.
  test.each([{}, { Cause: null }, { Cause: 'anna: not today' }])('takes a failure with the cause %j', (cause) => {
    const error = { Error: 'TidemarkRejected', ...cause };
    expect(parseFailoverTask({ ...event, error })).toMatchObject({ task: 'give-flow-back', error });
  });
});
