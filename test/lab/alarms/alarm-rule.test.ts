import { describe, expect, test } from '@jest/globals';
import { alarmsOfRule, isTrue, parseAlarmRule } from '../../../lab/alarms/alarm-rule.ts';
import type { AlarmState } from '../../../lab/alarms/alarm-state.ts';

const STATES: Readonly<Record<string, AlarmState>> = {
  cpu: 'ALARM',
  disk: 'OK',
  network: 'OK',
  'Tidemark-x/A->B/not-ready': 'ALARM',
  new: 'INSUFFICIENT_DATA',
};
const stateOf = (alarm: string): AlarmState => STATES[alarm] ?? 'INSUFFICIENT_DATA';

describe('the rule of a composite alarm', () => {
  test.each([
    ['ALARM(cpu)', true],
    ['ALARM("cpu")', true],
    ['ALARM(disk)', false],
    ['OK(disk)', true],
    ['OK(new)', false],
    ['INSUFFICIENT_DATA(new)', true],
    ['NOT ALARM(new)', true],
    ['TRUE', true],
    ['FALSE', false],
    ['NOT FALSE', true],
    ['NOT NOT TRUE', true],
    ['ALARM("Tidemark-x/A->B/not-ready")', true],
    ['ALARM(arn:aws:cloudwatch:eu-central-1:1:alarm:cpu)', false],
    // The examples of the API reference.
    ['ALARM(cpu) AND ALARM(disk)', false],
    ['ALARM(cpu) AND NOT ALARM(disk)', true],
    ['(ALARM(cpu) OR ALARM(disk)) AND OK(network)', true],
    ['(ALARM("cpu") OR \n   ALARM("disk")) AND \n   OK("network")', true],
    // As CDK writes them.
    ['(ALARM("cpu") OR ALARM("disk") OR ALARM("network"))', true],
    ['((ALARM("cpu") AND (NOT (ALARM("new")))) OR FALSE)', true],
    ['(ALARM(disk) AND TRUE) OR (NOT (OK(disk) AND OK(network)))', false],
    ['  ALARM( cpu )  ', true],
  ])('%s is %p', (text, wanted) => expect(isTrue(parseAlarmRule(text), stateOf)).toBe(wanted));

  test('the alarms to which it refers', () => {
    expect(alarmsOfRule(parseAlarmRule('(ALARM(a) OR NOT OK("b c")) AND TRUE AND INSUFFICIENT_DATA(d)'))).toEqual([
      'a',
      'b c',
      'd',
    ]);
  });

  test.each([
    ['', 'its end'],
    ['ALARM(a) AND', 'its end'],
    ['AND ALARM(a)', 'AND where a condition belongs'],
    ['(ALARM(a)', 'not closed'],
    ['ALARM(a))', 'after the alarm rule'],
    ['ALARM(a) ALARM(b)', 'after the alarm rule'],
    ['ALARM()', 'cannot be read'],
    ['alarm(a)', 'cannot be read'],
    ['ALARM(a) XOR ALARM(b)', 'cannot be read from "XOR ALARM(b)"'],
    ['TRUEISH', 'cannot be read'],
    ['AT_LEAST(1, ALARM, ("a", "b"))', 'cannot be read'],
    ['ALARM(a) AND ALARM(b) OR ALARM(c)', 'needs parentheses'],
    [Array.from({ length: 101 }, (_, at) => `ALARM(a${at})`).join(' OR '), 'at most 100 alarms'],
    [Array.from({ length: 501 }, () => 'TRUE').join(' OR '), 'at most 500 elements'],
  ])('%s is refused, and not guessed', (text, why) => expect(() => parseAlarmRule(text)).toThrow(why));
});
