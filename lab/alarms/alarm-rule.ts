import type { AlarmState } from './alarm-state.ts';

/** When a composite alarm is in ALARM: an expression on the states of other alarms. */
export type AlarmRule =
  | { readonly kind: 'state'; readonly state: AlarmState; readonly alarm: string }
  | { readonly kind: 'always'; readonly value: boolean }
  | { readonly kind: 'not'; readonly operand: AlarmRule }
  | { readonly kind: 'and' | 'or'; readonly operands: readonly AlarmRule[] };

/** CloudWatch takes no rule with more (API reference, `PutCompositeAlarm`). A pair of parentheses counts as one. */
const MOST_ALARMS = 100;
const MOST_ELEMENTS = 500;

const TOKEN =
  /\s*(?:(ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"([^"]+)"|([^\s"()]+))\s*\)|(AND|OR|NOT|TRUE|FALSE)\b|([()]))/y;

type Token = { readonly kind: 'rule'; readonly rule: AlarmRule } | { readonly kind: 'word'; readonly word: string };

/**
 * Reads an expression as the API reference of `PutCompositeAlarm` describes it. The reference does not say which of AND and OR
 * comes first, so an expression that has both without parentheses is refused. So is `AT_LEAST`, which no alarm here uses.
 * @throws Error with the place that cannot be read
 */
export function parseAlarmRule(text: string): AlarmRule {
  const tokens = tokensOf(text);
  const elements = tokens.filter((token) => token.kind === 'rule' || token.word === '(').length;
  if (elements > MOST_ELEMENTS) throw new Error(`an alarm rule has at most ${MOST_ELEMENTS} elements: ${text}`);
  const [rule, end] = expression(tokens, 0);
  if (end < tokens.length) throw new Error(`there is something after the alarm rule: ${text}`);
  if (new Set(alarmsOfRule(rule)).size > MOST_ALARMS) {
    throw new Error(`an alarm rule refers to at most ${MOST_ALARMS} alarms: ${text}`);
  }
  return rule;
}

export function isTrue(rule: AlarmRule, stateOf: (alarm: string) => AlarmState): boolean {
  switch (rule.kind) {
    case 'state':
      return stateOf(rule.alarm) === rule.state;
    case 'always':
      return rule.value;
    case 'not':
      return !isTrue(rule.operand, stateOf);
    case 'and':
      return rule.operands.every((operand) => isTrue(operand, stateOf));
    case 'or':
      return rule.operands.some((operand) => isTrue(operand, stateOf));
  }
}

/** The alarms to which it refers, in its order. */
export function alarmsOfRule(rule: AlarmRule): readonly string[] {
  switch (rule.kind) {
    case 'state':
      return [rule.alarm];
    case 'always':
      return [];
    case 'not':
      return alarmsOfRule(rule.operand);
    case 'and':
    case 'or':
      return rule.operands.flatMap(alarmsOfRule);
  }
}

/** The same rule with other names of its alarms. */
export function withNames(rule: AlarmRule, nameOf: (alarm: string) => string): AlarmRule {
  switch (rule.kind) {
    case 'state':
      return { ...rule, alarm: nameOf(rule.alarm) };
    case 'always':
      return rule;
    case 'not':
      return { ...rule, operand: withNames(rule.operand, nameOf) };
    case 'and':
    case 'or':
      return { ...rule, operands: rule.operands.map((operand) => withNames(operand, nameOf)) };
  }
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const rest = text.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < rest.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(rest);
    if (match === null) throw new Error(`this alarm rule cannot be read from "${rest.slice(at).trim()}" on: ${text}`);
    const [, state, quoted, bare, word, parenthesis] = match;
    const alarm = quoted ?? bare;
    if (state !== undefined && alarm !== undefined) {
      tokens.push({ kind: 'rule', rule: { kind: 'state', state: state as AlarmState, alarm } });
    } else if (word === 'TRUE' || word === 'FALSE') {
      tokens.push({ kind: 'rule', rule: { kind: 'always', value: word === 'TRUE' } });
    } else {
      tokens.push({ kind: 'word', word: word ?? parenthesis ?? '' });
    }
  }
  return tokens;
}

/** Operands with one operator between all of them. Returns the index after the last token that belongs to it. */
function expression(tokens: readonly Token[], from: number): readonly [AlarmRule, number] {
  const [first, afterFirst] = operand(tokens, from);
  const operands = [first];
  let at = afterFirst;
  const operator = wordAt(tokens, at);
  if (operator !== 'AND' && operator !== 'OR') return [first, at];
  while (wordAt(tokens, at) === operator) {
    const [next, end] = operand(tokens, at + 1);
    operands.push(next);
    at = end;
  }
  if (['AND', 'OR'].includes(wordAt(tokens, at) ?? '')) {
    throw new Error('an alarm rule with AND and OR needs parentheses: which of them comes first is not documented');
  }
  return [{ kind: operator === 'AND' ? 'and' : 'or', operands }, at];
}

function operand(tokens: readonly Token[], from: number): readonly [AlarmRule, number] {
  const token = tokens[from];
  if (token?.kind === 'rule') return [token.rule, from + 1];
  if (token?.word === 'NOT') {
    const [negated, end] = operand(tokens, from + 1);
    return [{ kind: 'not', operand: negated }, end];
  }
  if (token?.word !== '(') throw new Error(`an alarm rule has ${token?.word ?? 'its end'} where a condition belongs`);
  const [inner, end] = expression(tokens, from + 1);
  if (wordAt(tokens, end) !== ')') throw new Error('a parenthesis of an alarm rule is not closed');
  return [inner, end + 1];
}

function wordAt(tokens: readonly Token[], at: number): string | null {
  const token = tokens[at];
  return token?.kind === 'word' ? token.word : null;
}
