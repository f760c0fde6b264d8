import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type AlarmState, evaluationRange, type MetricRule, nextAlarmState } from '../../../lab/alarms/alarm-state.ts';

const TREATMENTS = ['missing', 'ignore', 'breaching', 'notBreaching'] as const;
const STATES = ['OK', 'ALARM', 'INSUFFICIENT_DATA'] as const;

function rule(toAlarm: number, periods: number, TreatMissingData: MetricRule['TreatMissingData']): MetricRule {
  return {
    DatapointsToAlarm: toAlarm,
    EvaluationPeriods: periods,
    TreatMissingData,
    Threshold: 0,
    ComparisonOperator: 'GreaterThanThreshold',
  };
}

/** As the guide writes them: `0` within the limit, `X` breaching, `-` missing, the newest on the right. */
function points(text: string): (number | null)[] {
  return text.split(' ').map((one) => (one === '-' ? null : one === 'X' ? 1 : 0));
}

describe("the tables of CloudWatch's guide", () => {
  // Columns: how missing data is treated, in the order of TREATMENTS; `keep` is "retain current state".
  test.each([
    [3, '0 - X - X', ['OK', 'OK', 'OK', 'OK']],
    [3, '0 - - - -', ['OK', 'OK', 'OK', 'OK']],
    [3, '- - - - -', ['INSUFFICIENT_DATA', 'keep', 'ALARM', 'OK']],
    [3, '0 X X - X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
    [3, '- - X - -', ['ALARM', 'keep', 'ALARM', 'OK']],
    [2, '0 - X - X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
    [2, '0 0 X 0 X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
    [2, '0 - X - -', ['OK', 'OK', 'ALARM', 'OK']],
    [2, '- - - - 0', ['OK', 'OK', 'ALARM', 'OK']],
    [2, '- - - X -', ['ALARM', 'keep', 'ALARM', 'OK']],
  ] as const)('%i of 3: %s', (toAlarm, text, wanted) => {
    for (const before of STATES) {
      const states = TREATMENTS.map((treatment) => nextAlarmState(rule(toAlarm, 3, treatment), points(text), before));
      expect(states).toEqual(wanted.map((state) => (state === 'keep' ? before : state)));
    }
  });

  test.each(['- - - - X', '- - - X -'])('3 of 3 does not transition prematurely: %s', (text) => {
    for (const before of STATES) {
      expect(nextAlarmState(rule(3, 3, 'missing'), points(text), before)).not.toBe('ALARM');
      expect(nextAlarmState(rule(3, 3, 'ignore'), points(text), before)).toBe(before);
    }
  });

  test('the figure: 3 of 3 above a threshold of 3', () => {
    const values = [2, 2, 4, 5, 4, 2, 1, 1, 4, 2];
    const above = { ...rule(3, 3, 'missing'), Threshold: 3 };
    const states: AlarmState[] = [];
    for (let end = 1; end <= values.length; end++) {
      states.push(nextAlarmState(above, values.slice(0, end), states.at(-1) ?? 'INSUFFICIENT_DATA'));
    }
    expect(states.map((state, i) => (state === 'ALARM' ? i + 1 : 0)).filter(Boolean)).toEqual([5]);
  });
});

describe('the rules, one by one', () => {
  test.each([
    ['GreaterThanThreshold', [4, 5, 6], [false, false, true]],
    ['GreaterThanOrEqualToThreshold', [4, 5, 6], [false, true, true]],
    ['LessThanThreshold', [4, 5, 6], [true, false, false]],
    ['LessThanOrEqualToThreshold', [4, 5, 6], [true, true, false]],
  ] as const)('%s 5', (ComparisonOperator, values, alarms) => {
    const one = { ...rule(1, 1, 'missing'), ComparisonOperator, Threshold: 5 };
    expect(values.map((value) => nextAlarmState(one, [value], 'OK') === 'ALARM')).toEqual(alarms);
  });

  test.each([
    ['breaching datapoints need not be neighbours', '0 0 X 0 X 0 X', 'ALARM'],
    ['two are too few', '0 0 0 0 X 0 X', 'OK'],
    ['the extra points are not looked at if none is missing', 'X X X 0 0 0 X', 'OK'],
    ['extra points replace missing ones', 'X X 0 - - 0 X', 'ALARM'],
    ['three are enough before five exist', '- - - - X X X', 'ALARM'],
  ] as const)('3 of 5: %s', (_, text, state) => {
    for (const treatment of TREATMENTS) expect(nextAlarmState(rule(3, 5, treatment), points(text), 'OK')).toBe(state);
  });

  test('3 of 3, missing: after the last datapoint it takes five empty periods to notice', () => {
    const states = [1, 2, 3, 4, 5].map((silent) =>
      nextAlarmState(rule(3, 3, 'missing'), [0, 0, 0, 0, 0, ...Array<null>(silent).fill(null)], 'OK'),
    );
    expect(states).toEqual(['OK', 'OK', 'OK', 'OK', 'INSUFFICIENT_DATA']);
  });

  test('an unknown value does not reset an alarm that ignores missing data', () => {
    const seen = [1, 1, 1, 1, 1, ...Array<null>(10).fill(null)];
    for (let end = 5; end <= seen.length; end++) {
      expect(nextAlarmState(rule(3, 5, 'ignore'), seen.slice(0, end), 'ALARM')).toBe('ALARM');
    }
  });
});

describe('for every alarm and every metric', () => {
  const rules = fc
    .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 5 }), fc.constantFrom(...TREATMENTS))
    .map(([toAlarm, more, treatment]) => rule(toAlarm, toAlarm + more, treatment));
  const metrics = fc.array(fc.constantFrom(0, 1, null), { minLength: 13, maxLength: 16 });
  const states = fc.constantFrom(...STATES);
  const last = (of: MetricRule, values: readonly (number | null)[]) => values.slice(-evaluationRange(of));

  test('without missing data, M of the newest N decide, whatever the treatment and the state before', () => {
    const whole = fc.array(fc.constantFrom(0, 1), { minLength: 13, maxLength: 16 });
    fc.assert(
      fc.property(rules, whole, states, (of, values, before) => {
        const breaching = values.slice(-of.EvaluationPeriods).filter((value) => value > 0).length;
        expect(nextAlarmState(of, values, before)).toBe(breaching >= of.DatapointsToAlarm ? 'ALARM' : 'OK');
      }),
    );
  });

  test('what is older than the evaluation range changes nothing', () => {
    fc.assert(
      fc.property(rules, metrics, metrics, states, (of, values, older, before) => {
        const state = nextAlarmState(of, values, before);
        expect(nextAlarmState(of, [...older, ...last(of, values)], before)).toBe(state);
      }),
    );
  });

  test('only breaching data raises an alarm, unless missing data counts as that', () => {
    fc.assert(
      fc.property(rules, metrics, (of, values) => {
        fc.pre(of.TreatMissingData !== 'breaching');
        if (nextAlarmState(of, values, 'OK') === 'ALARM') expect(last(of, values)).toContain(1);
      }),
    );
  });

  test('one more breaching datapoint never clears an alarm', () => {
    fc.assert(
      fc.property(rules, metrics, states, fc.nat(), (of, values, before, at) => {
        fc.pre(nextAlarmState(of, values, before) === 'ALARM');
        const worse = values.map((value, i) => (i === at % values.length && value === 0 ? 1 : value));
        expect(nextAlarmState(of, worse, before)).toBe('ALARM');
      }),
    );
  });

  test('the state before counts only if missing data is ignored', () => {
    fc.assert(
      fc.property(rules, metrics, (of, values) => {
        fc.pre(of.TreatMissingData !== 'ignore');
        expect(new Set(STATES.map((before) => nextAlarmState(of, values, before))).size).toBe(1);
      }),
    );
  });
});
