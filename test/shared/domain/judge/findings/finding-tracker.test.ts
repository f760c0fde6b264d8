import { describe, expect, test } from '@jest/globals';
import { FindingTracker, type OpenFinding } from '../../../../../shared/domain/judge/findings/finding-tracker.ts';
import type { Finding } from '../../../../../shared/domain/model/finding.ts';
import type { Unread } from '../../../../../shared/domain/model/outcome.ts';

const finding = (code: Finding['code'], subject: Finding['subject'] = {}, message = 'm'): Finding => ({
  code,
  severity: 'critical',
  subject,
  message,
  evidence: {},
  runbook: 'docs/runbook.md#x',
});
const unread = (retriable: boolean): Unread => ({ what: 'w', cluster: 'A', error: 'E', message: 'm', retriable });
const names = (all: readonly OpenFinding[]) =>
  all.map((one) => `${one.finding.code} ${one.finding.subject.group ?? ''}`);

describe('findings from audit to audit', () => {
  test('open when first found, stay one while code and subject are the same, close when no longer found', () => {
    const tracker = new FindingTracker();
    expect(tracker.follow({ findings: [], unread: [] }, 100)).toEqual({ opened: [], closed: [] });
    const first = tracker.follow(
      { findings: [finding('MIRROR_STOPPED', { cluster: 'B' }, 'for 8 s')], unread: [] },
      200,
    );
    expect(first.opened).toMatchObject([{ openedAt: 200, sinceBefore: false }]);
    const again = tracker.follow(
      { findings: [finding('MIRROR_STOPPED', { cluster: 'B' }, 'for 68 s')], unread: [] },
      260,
    );
    expect(again).toEqual({ opened: [], closed: [] });
    const { closed } = tracker.follow({ findings: [], unread: [] }, 320);
    expect(closed).toMatchObject([{ openedAt: 200, finding: { message: 'for 68 s' } }]);
    const back = tracker.follow({ findings: [finding('MIRROR_STOPPED', { cluster: 'B' })], unread: [] }, 380);
    expect(back.opened).toMatchObject([{ openedAt: 380, sinceBefore: false }]);
  });

  test('one code about two subjects is two findings, whatever the order of the subject', () => {
    const tracker = new FindingTracker();
    const of = (group: string) => finding('TARGET_POSITION_SKIPS', { topic: 't', partition: 0, group });
    expect(names(tracker.follow({ findings: [of('a'), of('b')], unread: [] }, 1).opened)).toEqual([
      'TARGET_POSITION_SKIPS a',
      'TARGET_POSITION_SKIPS b',
    ]);
    const swapped = finding('TARGET_POSITION_SKIPS', { group: 'b', partition: 0, topic: 't' });
    const { opened, closed } = tracker.follow({ findings: [swapped], unread: [] }, 2);
    expect([names(opened), names(closed)]).toEqual([[], ['TARGET_POSITION_SKIPS a']]);
  });

  test('what the first audit finds may have been there before', () => {
    const tracker = new FindingTracker();
    const { opened } = tracker.follow({ findings: [finding('MIRROR_STOPPED')], unread: [] }, 5);
    expect(opened).toMatchObject([{ openedAt: 5, sinceBefore: true }]);
  });

  test('nothing closes while a part is unread that may be readable again; what never is readable holds up nothing', () => {
    const tracker = new FindingTracker();
    const found = [finding('TARGET_POSITION_SKIPS', { group: 'a' })];
    tracker.follow({ findings: found, unread: [] }, 1);
    const blind = tracker.follow({ findings: [finding('CLUSTER_UNREACHABLE')], unread: [unread(true)] }, 2);
    expect([names(blind.opened), blind.closed]).toEqual([['CLUSTER_UNREACHABLE '], []]);
    expect(names(tracker.open).toSorted()).toEqual(['CLUSTER_UNREACHABLE ', 'TARGET_POSITION_SKIPS a']);
    const seeing = tracker.follow({ findings: [], unread: [unread(false)] }, 3);
    expect(seeing.closed.map(({ openedAt }) => openedAt).toSorted()).toEqual([1, 2]);
  });

  test('none are open before the first audit, and one that is told twice opens once', () => {
    const tracker = new FindingTracker();
    expect(tracker.open).toEqual([]);
    const twice = [finding('MIRROR_STOPPED', {}, 'first'), finding('MIRROR_STOPPED', {}, 'second')];
    const { opened } = tracker.follow({ findings: twice, unread: [] }, 100);
    expect(opened.map((one) => one.finding.message)).toEqual(['first']);
    expect(names(tracker.open)).toEqual(['MIRROR_STOPPED ']);
  });
});
