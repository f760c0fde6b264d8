import { describe, expect, test } from '@jest/globals';
import { AlarmBoard, type AlarmEvent } from '../../../lab/alarms/alarm-board.ts';
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
const COMPOSITE = 'AWS::CloudWatch::CompositeAlarm';
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
    ['a rule that it does not know', template({ AlarmName: 'c', AlarmRule: 'AT_LEAST(1, ALARM, ("lag"))' }, COMPOSITE)],
    [
      'a suppressor without its periods',
      template({ AlarmName: 'c', AlarmRule: 'TRUE', ActionsSuppressor: 'c' }, COMPOSITE),
    ],
    ['a rule about no alarm of the template', template({ AlarmName: 'c', AlarmRule: 'ALARM(gone)' }, COMPOSITE)],
    ['a rule about itself', template({ AlarmName: 'c', AlarmRule: 'ALARM(c)' }, COMPOSITE)],
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
    if (watched?.kind !== 'metric') throw new Error('the alarm is on a metric');
    expect([1, 2].map((minute) => store.datapoint(minute, watched))).toEqual([null, 1]);
  });
});

const textOf = (event: AlarmEvent): string =>
  `${event.kind === 'change' ? event.from : 'late'} ${event.to} ${event.actions}`;

describe('a board of alarms', () => {
  /** Plays minutes, each with its samples; what happened to the alarm in each. */
  function play(minutes: readonly (readonly number[])[], properties: object = alarm) {
    const board = new AlarmBoard(alarmsOfTemplate(template(properties)));
    const store = new MetricStore();
    return minutes.map((values, minute) => {
      if (values.length > 0) store.add(minute, data([...values]));
      return board.evaluate(minute, store).map(textOf)[0] ?? '';
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

describe('a composite alarm on the board', () => {
  const metricAlarm = (AlarmName: string, MetricName: string) => ({
    Type: 'AWS::CloudWatch::Alarm',
    Properties: { ...alarm, AlarmName, MetricName, EvaluationPeriods: 1, AlarmActions: [], OKActions: [] },
  });
  const composite = (over: object = {}) => ({
    Type: COMPOSITE,
    Properties: {
      AlarmName: 'symptoms',
      AlarmRule: {
        'Fn::Join': [
          '',
          ['(ALARM("', { 'Fn::GetAtt': ['Lag', 'Arn'] }, '") OR ALARM("', { 'Fn::GetAtt': ['Loss', 'Arn'] }, '"))'],
        ],
      },
      ActionsSuppressor: { 'Fn::GetAtt': ['Cause', 'Arn'] },
      ActionsSuppressorWaitPeriod: 60,
      ActionsSuppressorExtensionPeriod: 120,
      AlarmActions: [{ Ref: 'OnCall' }],
      OKActions: [{ Ref: 'OnCall' }],
      ...over,
    },
  });
  const resources = (over: object = {}) => ({
    Resources: {
      // It comes before the alarms on which it depends.
      Symptoms: composite(over),
      Lag: metricAlarm('lag', 'Lag'),
      Loss: metricAlarm('loss', 'Loss'),
      Cause: metricAlarm('cause', 'Cause'),
    },
  });
  /** Plays minutes, each with its metrics; what the composite alarm did in each. */
  function play(minutes: readonly Readonly<Record<string, number>>[], over: object = {}) {
    const board = new AlarmBoard(alarmsOfTemplate(resources(over)));
    const store = new MetricStore();
    return minutes.map((metrics, minute) => {
      for (const [MetricName, value] of Object.entries(metrics)) {
        store.add(minute, [{ Namespace: 'N', MetricName, Dimensions: of, Values: [value], Counts: [1] }]);
      }
      const events = board.evaluate(minute, store).filter(({ alarm: { AlarmName } }) => AlarmName === 'symptoms');
      return events.map(textOf)[0] ?? '';
    });
  }
  const well = { Lag: 0, Loss: 0, Cause: 0 };

  test('is evaluated after the alarms of its rule, whatever their order in the template', () => {
    expect(alarmsOfTemplate(resources()).map(({ AlarmName }) => AlarmName)).toEqual([
      'lag',
      'loss',
      'cause',
      'symptoms',
    ]);
  });

  test('notifies once for several alarms, after its wait', () => {
    const both = { Lag: 1, Loss: 1, Cause: 0 };
    expect(play([well, well, { ...well, Lag: 1 }, both, both, { ...well, Loss: 1 }, well, well])).toEqual([
      'INSUFFICIENT_DATA OK ',
      'late OK OnCall',
      'OK ALARM ',
      'late ALARM OnCall',
      '',
      '',
      'ALARM OK ',
      'late OK OnCall',
    ]);
  });

  test('does not notify while its cause is in ALARM, and does if the symptom outlasts the extension', () => {
    const all = { Lag: 1, Loss: 1, Cause: 1 };
    const left = { ...well, Lag: 1 };
    expect(play([well, well, all, all, all, well, well]).slice(2)).toEqual([
      'OK ALARM ',
      '',
      '',
      'ALARM OK ',
      'late OK OnCall',
    ]);
    expect(play([well, well, all, all, left, left, left, left]).slice(2)).toEqual([
      'OK ALARM ',
      '',
      '',
      '',
      'late ALARM OnCall',
      '',
    ]);
  });

  test('notifies if the metric of its cause has no data', () => {
    const silent = { Lag: 1, Loss: 0 };
    expect(play([well, well, silent, silent])).toEqual(expect.arrayContaining(['late ALARM OnCall']));
    expect(play([silent, silent])).toEqual(['INSUFFICIENT_DATA ALARM ', 'late ALARM OnCall']);
  });

  test('without a suppressor it notifies at once; with its actions disabled, never', () => {
    const without = {
      ActionsSuppressor: undefined,
      ActionsSuppressorWaitPeriod: undefined,
      ActionsSuppressorExtensionPeriod: undefined,
    };
    expect(play([well, { ...well, Loss: 1 }], without)).toEqual(['INSUFFICIENT_DATA OK OnCall', 'OK ALARM OnCall']);
    const late = play([well, well, { ...well, Loss: 1 }, { ...well, Loss: 1 }], { ActionsEnabled: false });
    expect(late).toEqual(['INSUFFICIENT_DATA OK ', 'late OK ', 'OK ALARM ', 'late ALARM ']);
  });
});
