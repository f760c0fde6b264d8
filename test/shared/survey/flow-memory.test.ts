import { expect, test } from '@jest/globals';
import { HistoryState } from '../../../shared/domain/history/history-state.ts';
import { FlowMemory } from '../../../shared/survey/flow-memory.ts';

const known = () => ({ state: new HistoryState(1), heldUntil: 1 });

test.each([
  ['the same clusters', [{ source: 'a', target: 'b' }], true],
  ['a cluster that does not answer', [{ source: null, target: 'b' }], true],
  ['another source', [{ source: 'x', target: 'b' }], false],
  ['another target', [{ source: 'a', target: 'x' }], false],
  [
    'another source after it did not answer',
    [
      { source: null, target: 'b' },
      { source: 'x', target: 'b' },
    ],
    false,
  ],
] as const)('GIVEN %s THEN what the process knows of the flow stays: %j, %j', (_, surveys, stays) => {
  const memory = new FlowMemory(known());
  memory.begin({ source: 'a', target: 'b' });
  const { checkpoints } = memory;
  for (const clusters of surveys) memory.begin(clusters);
  expect([memory.known !== null, memory.checkpoints === checkpoints]).toEqual([stays, stays]);
});
