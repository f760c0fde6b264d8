import { expect, test } from '@jest/globals';
import {
  clientTable,
  type GroupOutcome,
  isClean,
  type RunResult,
  tallyLine,
} from '../../../lab/drill/failover/failover-result.ts';

const GROUP: GroupOutcome = {
  group: 'billing',
  before: 100,
  after: 50,
  repeated: 0,
  skipped: 0,
  reread: 7,
  planned: 4n,
  uncommitted: 2,
  unknown: 1,
};
const RUN: RunResult = {
  name: 'planned',
  groups: [GROUP],
  lossSaid: 5n,
  lossCounted: 5,
  twiceOnSource: 0,
  clients: [
    { kind: 'kafkajs, restarted', seconds: 2.04 },
    { kind: 'Java classic, moves', seconds: 1 },
  ],
  assessedAgainSeconds: 4.1,
  tookSeconds: 40,
  longSteps: 'verify 30.0 s',
};

test.each<[string, Partial<RunResult>, string, boolean]>([
  ['all as planned', {}, 'runs=1 skipped=0 reread_over_plan=0 loss_miscounted=0 rto_s_max=2.0', true],
  [
    'a skipped record',
    { groups: [GROUP, { ...GROUP, skipped: 1 }] },
    'runs=1 skipped=1 reread_over_plan=0 loss_miscounted=0 rto_s_max=2.0',
    false,
  ],
  [
    'more re-read than planned; another group that re-read less does not make up for it',
    {
      groups: [
        { ...GROUP, reread: 9 },
        { ...GROUP, reread: 0 },
      ],
    },
    'runs=1 skipped=0 reread_over_plan=2 loss_miscounted=0 rto_s_max=2.0',
    false,
  ],
  [
    'less lost than said',
    { lossCounted: 3 },
    'runs=1 skipped=0 reread_over_plan=0 loss_miscounted=2 rto_s_max=2.0',
    false,
  ],
  [
    'a loss that is not said, and a client that was never on the target',
    { lossSaid: null, lossCounted: 0, clients: [{ kind: 'kafkajs, restarted', seconds: null }] },
    'runs=1 skipped=0 reread_over_plan=0 loss_miscounted=1 rto_s_max=40.0',
    false,
  ],
])('%s', (_, change, line, clean) => {
  const results = [{ ...RUN, ...change }];
  expect(tallyLine(results)).toBe(`FAILOVER ${line}\n`);
  expect(isClean(results)).toBe(clean);
});

test('no run at all is no success', () => {
  expect(isClean([])).toBe(false);
});

test('the table has each kind of client, its range, and where it was slowest', () => {
  const never = { ...RUN, name: 'black-holed', clients: [{ kind: 'kafkajs, restarted', seconds: null }] };
  const slow = { ...RUN, name: 'killed', clients: [{ kind: 'Java classic, moves', seconds: 12.34 }] };
  expect(clientTable([RUN, never, slow])).toBe(`client               runs    on the target after  slowest in
kafkajs, restarted   1 of 2  2.0-2.0 s            black-holed
Java classic, moves  2 of 2  1.0-12.3 s           killed
`);
});
