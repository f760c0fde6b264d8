import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ActionSuppression } from '../../../lab/alarms/action-suppression.ts';
import type { AlarmState } from '../../../lab/alarms/alarm-state.ts';

const LETTERS: Readonly<Record<string, AlarmState>> = { A: 'ALARM', o: 'OK', '-': 'INSUFFICIENT_DATA' };
const statesOf = (text: string): AlarmState[] => [...text].map((letter) => LETTERS[letter] ?? 'OK');

/**
 * Plays one unit of time after the other, from t0 on, with a WaitPeriod of two and an ExtensionPeriod of three, as the guide
 * does. Returns the actions that were taken: `t4 ALARM`.
 */
function actionsOf(composite: readonly AlarmState[], suppressor: readonly AlarmState[]): string[] {
  const suppression = new ActionSuppression({ waitSeconds: 2, extensionSeconds: 3 });
  let before = composite[0];
  return composite.flatMap((state, seconds) => {
    const hasChanged = state !== before;
    before = state;
    const { kind } = suppression.evaluate({ seconds, hasChanged, suppressor: suppressor[seconds] ?? 'OK' });
    return kind === 'act' ? [`t${seconds} ${state}`] : [];
  });
}

describe("the examples of CloudWatch's guide", () => {
  test.each([
    ['1: actions are not suppressed after WaitPeriod', 'ooAAAAAAAA', 'oooooooooo', ['t4 ALARM']],
    ['2: actions are suppressed by the alarm before WaitPeriod expires', 'ooAAAAAAAA', 'oooAAAAAAA', []],
    ['3: a change while actions are suppressed by WaitPeriod', 'ooAooooooo', 'oooooooooo', ['t5 OK']],
    ['4: a change while actions are suppressed by the alarm', 'ooAAAAAAAA', 'oAAAAAAAAA', []],
    ['5: actions are not suppressed after ExtensionPeriod', 'ooAAAAAAAAAA', 'oooAAAoooooo', ['t9 ALARM']],
    ['6: a change while actions are suppressed by ExtensionPeriod', 'ooAAAAAooooo', 'oooAAAoooooo', ['t9 OK']],
  ] as const)('%s', (_, composite, suppressor, wanted) => {
    expect(actionsOf(statesOf(composite), statesOf(suppressor))).toEqual(wanted);
  });
});

describe('what the guide does not show', () => {
  test.each([
    ['a suppressor without data suppresses nothing', 'ooAAAAAAAA', '----------', ['t4 ALARM']],
    ['one that loses its data in ALARM ends its suppression', 'ooAAAAAAAAAA', 'oAAAA-------', ['t8 ALARM']],
    ['both change at once', 'ooAAAAAAAA', 'ooAAAAAAAA', []],
    ['the suppressor comes when the wait is over', 'ooAAAAAAAA', 'ooooAAAAAA', []],
    [
      'the suppressor comes after the actions: they are not taken again',
      'ooAAAAAAAAAAAAA',
      'oooooAAAooooooo',
      ['t4 ALARM'],
    ],
    ['the suppressor comes back in the extension', 'ooAAAAAAAAAAAAAA', 'oAAAoAAAoooooooo', ['t11 ALARM']],
    ['nothing has changed', 'oooooooooo', 'oAAAoooooo', []],
  ] as const)('%s', (_, composite, suppressor, wanted) => {
    expect(actionsOf(statesOf(composite), statesOf(suppressor))).toEqual(wanted);
  });

  const states = fc.array(fc.constantFrom<AlarmState>('ALARM', 'OK', 'INSUFFICIENT_DATA'), { maxLength: 20 });

  test('an alarm that stays is notified, whatever the suppressor did before it ended', () => {
    fc.assert(
      fc.property(states, (suppressor) => {
        const after = Array.from({ length: 6 }, () => 'OK' as const);
        const all = [...suppressor, ...after];
        expect(actionsOf(['OK', ...all.map(() => 'ALARM' as const)], ['OK', ...all])).toHaveLength(1);
      }),
    );
  });

  test('without an ALARM of the suppressor every change that lasts is notified after the wait', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom<AlarmState>('OK', 'INSUFFICIENT_DATA'), { maxLength: 20 }), (suppressor) => {
        const composite = ['OK', 'OK', ...Array.from({ length: 10 }, () => 'ALARM')] as AlarmState[];
        expect(actionsOf(composite, suppressor)).toEqual(['t4 ALARM']);
      }),
    );
  });
});
