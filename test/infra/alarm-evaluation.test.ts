import { beforeAll, describe, expect, test } from '@jest/globals';
import type { MetricAlarm } from '../../lab/alarms/alarm-definition.ts';
import type { ReceivedDatum } from '../../lab/cloudwatch-endpoint.ts';
import { alarmOf, isInAlarm } from './alarm-evaluation.ts';
import { synthesize } from './synthesize.ts';

const example = { Name: 'Deployment', Value: 'example' };
const datum = (MetricName: string, Values: number[], of: ReceivedDatum['Dimensions'] = []): ReceivedDatum => ({
  Namespace: 'Tidemark',
  MetricName,
  Dimensions: [example, ...of],
  Timestamp: 0,
  Unit: 'Count',
  Values,
  Counts: Values.map(() => 1),
});

describe('when the synthesized alarms fire', () => {
  let lag: MetricAlarm;
  let history: MetricAlarm;
  let deadMan: MetricAlarm;
  beforeAll(() => {
    const template = synthesize({ maxLagRecords: 100 });
    lag = alarmOf(template, '/east->west/replication-lag');
    history = alarmOf(template, '/east->west/history-not-recorded');
    deadMan = alarmOf(template, '/audit-not-completed');
  });

  const of = (flow: string) => [{ Name: 'Flow', Value: flow }];
  const behind = [datum('LagRecords', [0, 101], of('east->west'))];
  const fine = [datum('LagRecords', [0, 100], of('east->west'))];
  const kept = [datum('HistoryNotRecorded', [0], of('east->west'))];
  const notKept = [datum('HistoryNotRecorded', [1], of('east->west'))];
  const other = [datum('LagRecords', [5000], of('west->east'))];
  const silent: ReceivedDatum[] = [];
  const completed = [datum('AuditCompleted', [1])];
  const blind = [datum('AuditCompleted', [0])];

  test.each([
    ['three audits behind', [behind, behind, behind], true],
    ['two audits behind', [fine, behind, behind], false],
    ['three of five behind', [behind, fine, behind, fine, behind], true],
    ['behind, then unknown', [behind, behind, behind, silent, silent], true],
    ['behind long ago', [behind, behind, behind, fine, fine, fine], false],
    ['another flow behind', [other, other, other], false],
    ['silence', [silent, silent, silent, silent, silent], false],
  ])('the lag alarm: %s', (_, periods, fires) => expect(isInAlarm(lag, periods)).toBe(fires));

  test.each([
    ['three audits not kept', [kept, notKept, notKept, notKept], true],
    ['one audit not kept', [kept, notKept, kept, kept, kept], false],
    ['not kept, then no audit', [notKept, notKept, notKept, silent, silent], true],
    ['audits that are kept', [kept, kept, kept, kept, kept], false],
  ])('the history alarm: %s', (_, periods, fires) => expect(isInAlarm(history, periods)).toBe(fires));

  test.each([
    ['four minutes of silence, because older datapoints count', [completed, ...Array(4).fill(silent)], false],
    ['five minutes of silence', [completed, ...Array(5).fill(silent)], true],
    ['audits that see nothing', [completed, blind, blind, blind], true],
    ['two audits missed', [completed, silent, silent], false],
    ['two audits in one minute, then none', [[...completed, ...completed], silent, completed], false],
    ['audits that complete', [completed, completed, completed], false],
  ])('the dead-man alarm: %s', (_, periods, fires) => expect(isInAlarm(deadMan, periods)).toBe(fires));
});
