import { describe, expect, test } from '@jest/globals';
import { alarmOfAlert, compareAlerts } from '../../../lab/prometheus/alert-comparison.ts';

const fired = (named: string[], alarms: string[], alerts: string[]) =>
  compareAlerts({ named, alarms: new Set(alarms), alerts: new Set(alerts) });
const SAME = { missing: [], extra: [] };

describe('alerts of Prometheus beside the alarms of CloudWatch', () => {
  test('an alert is written as its alarm', () => {
    expect(alarmOfAlert('TidemarkLagUnknown', 'A->B')).toBe('A->B/lag-unknown');
    expect(alarmOfAlert('TidemarkAuditNotCompleted', undefined)).toBe('audit-not-completed');
    expect(() => alarmOfAlert('TidemarkOther', 'A->B')).toThrow('there is no alarm for TidemarkOther');
  });

  test('the same is the same, and nothing is nothing', () => {
    expect(fired(['A->B/lag-unknown'], ['A->B/lag-unknown'], ['A->B/lag-unknown'])).toEqual(SAME);
    expect(fired([], [], [])).toEqual(SAME);
  });

  test('what the runbook names has to fire, for its flow', () => {
    const alarms = ['A->B/mapping-old'];
    expect(fired(alarms, alarms, [])).toEqual({ missing: alarms, extra: [] });
    expect(fired(alarms, alarms, ['B->A/mapping-old'])).toEqual({ missing: alarms, extra: ['B->A/mapping-old'] });
  });

  test('a composite alarm is one of those that it is about', () => {
    expect(fired(['A->B/behind'], ['A->B/loss-over-seconds'], ['A->B/loss-over-seconds'])).toEqual(SAME);
    expect(fired(['A->B/behind'], ['A->B/not-ready'], ['A->B/not-ready']).missing).toEqual(['A->B/behind']);
  });

  test('only AWS has a queue of failures', () => {
    expect(fired(['failures-waiting'], ['failures-waiting'], [])).toEqual(SAME);
  });

  test('what follows from MM2 that does not run may come some seconds sooner or later; the rest is false', () => {
    const stopped = ['A->B/mirror-not-running'];
    expect(fired(stopped, stopped, [...stopped, 'A->B/replication-lag', 'A->B/not-ready'])).toEqual(SAME);
    expect(fired(stopped, stopped, [...stopped, 'B->A/replication-lag']).extra).toEqual(['B->A/replication-lag']);
    expect(fired(stopped, stopped, [...stopped, 'A->B/groups-reread']).extra).toEqual(['A->B/groups-reread']);
    const both = new Set([...stopped, 'A->B/replication-lag']);
    expect(compareAlerts({ named: [], alarms: new Set(), alerts: both, mirrorWasStopped: true })).toEqual(SAME);
    expect(compareAlerts({ named: [], alarms: new Set(), alerts: both }).extra).toEqual(stopped);
    expect(fired([], [], ['A->B/replication-lag']).extra).toEqual(['A->B/replication-lag']);
  });
});
