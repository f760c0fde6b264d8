import { describe, expect, test } from '@jest/globals';
import { AlarmBoard } from '../../../lab/alarms/alarm-board.ts';
import { alarmsOfTemplate } from '../../../lab/alarms/alarm-definition.ts';
import { MetricStore } from '../../../lab/alarms/metric-store.ts';

const alarm = {
  AlarmName: 'lag',
  Namespace: 'N',
  MetricName: 'Lag',
  Dimensions: [
    { Name: 'Flow', Value: 'A->B' },
    { Name: 'Of', Value: { Ref: 'Queue' } },
  ],
  Statistic: 'Maximum',
  Period: 60,
  Threshold: 0,
  ComparisonOperator: 'GreaterThanThreshold',
  EvaluationPeriods: 2,
  AlarmActions: [{ Ref: 'OnCall' }],
  OKActions: [{ 'Fn::GetAtt': ['Tickets', 'TopicArn'] }],
};
const template = (Properties: object, Type = 'AWS::CloudWatch::Alarm') => ({
  Resources: { One: { Type, Properties }, Other: { Type: 'AWS::SNS::Topic', Properties: {} } },
});
const of = [
  { Name: 'Of', Value: 'Queue' },
  { Name: 'Flow', Value: 'A->B' },
];
const data = (Values: number[], Counts = Values.map(() => 1)) => [
  { Namespace: 'N', MetricName: 'Lag', Dimensions: of, Values, Counts },
];

describe('alarms of a template', () => {
  test('have the defaults of CloudFormation, and logical ids for references', () => {
    expect(alarmsOfTemplate(template(alarm))).toEqual([
      expect.objectContaining({
        DatapointsToAlarm: 2,
        TreatMissingData: 'missing',
        ActionsEnabled: true,
        AlarmActions: ['OnCall'],
        OKActions: ['Tickets'],
        InsufficientDataActions: [],
      }),
    ]);
  });

  test.each([
    ['a composite alarm', template({}, 'AWS::CloudWatch::CompositeAlarm')],
    ['an expression', template({ ...alarm, MetricName: undefined, Metrics: [] })],
    ['a percentile', template({ ...alarm, Statistic: undefined, ExtendedStatistic: 'p99' })],
    ['another period', template({ ...alarm, Period: 300 })],
  ])('%s is refused, and not ignored', (_, odd) => {
    expect(() => alarmsOfTemplate(odd)).toThrow();
  });
});

describe('a metric of a minute', () => {
  test.each([
    ['Maximum', 7],
    ['Minimum', 2],
    ['Sum', 20],
    ['Average', 4],
    ['SampleCount', 5],
  ] as const)('%s', (Statistic, wanted) => {
    const store = new MetricStore();
    store.add(3, data([2, 7], [2, 1]));
    store.add(3, data([3, 6]));
    const watched = { ...alarm, Dimensions: [...of].reverse(), Statistic };
    expect(store.datapoint(3, watched)).toBe(wanted);
    expect(store.datapoint(4, watched)).toBeNull();
    expect(store.datapoint(3, { ...watched, Dimensions: of.slice(1) })).toBeNull();
    expect(store.datapoint(3, { ...watched, MetricName: 'Loss' })).toBeNull();
  });

  test('is forgotten when it is too old', () => {
    const store = new MetricStore();
    for (const minute of [1, 2]) store.add(minute, data([1]));
    store.forgetBefore(2);
    const [watched] = alarmsOfTemplate(template(alarm));
    expect([1, 2].map((minute) => watched && store.datapoint(minute, watched))).toEqual([null, 1]);
  });
});

describe('a board of alarms', () => {
  /** Plays minutes, each with its samples; what happened to the alarm in each. */
  function play(minutes: readonly (readonly number[])[], properties: object = alarm) {
    const board = new AlarmBoard(alarmsOfTemplate(template(properties)));
    const store = new MetricStore();
    return minutes.map((values, minute) => {
      if (values.length > 0) store.add(minute, data([...values]));
      return board.evaluate(minute, store).map(({ from, to, actions }) => `${from} ${to} ${actions}`)[0] ?? '';
    });
  }

  test('acts on a change of state, and not again while the state lasts', () => {
    expect(play([[0], [1], [0, 1], [1], [0], [0]])).toEqual([
      'INSUFFICIENT_DATA OK Tickets',
      '',
      'OK ALARM OnCall',
      '',
      'ALARM OK Tickets',
      '',
    ]);
  });

  test('a new alarm without data does nothing; one whose data ends has no action for that unless it says so', () => {
    expect(play([[], [], []])).toEqual(['', '', '']);
    const ends = [[0], [], [], [], []];
    expect(play(ends)).toEqual(['INSUFFICIENT_DATA OK Tickets', '', '', '', 'OK INSUFFICIENT_DATA ']);
    const told = { ...alarm, InsufficientDataActions: [{ Ref: 'OnCall' }] };
    expect(play(ends, told).at(-1)).toBe('OK INSUFFICIENT_DATA OnCall');
  });

  test('with its actions disabled an alarm changes its state only', () => {
    expect(play([[0], [1], [1]], { ...alarm, ActionsEnabled: false }).at(-1)).toBe('OK ALARM ');
  });
});
