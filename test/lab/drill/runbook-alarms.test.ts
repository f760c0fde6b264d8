import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { alarmNames, runbookAlarms } from '../../../lab/drill/alarms/runbook-alarms.ts';
import { WORLDS } from '../../../lab/drill/alarms/worlds.ts';
import { ALARMS } from '../../../shared/contract/alarms.ts';

const text = readFileSync('docs/runbook.md', 'utf8');

describe('the table of faults in the runbook', () => {
  test('has the faults of the drill, and no others', () => {
    const played = WORLDS.flatMap(({ faults }) => faults).map(({ name }) => name);
    expect([...runbookAlarms(text).keys()].sort()).toEqual([...played].sort());
  });

  test('an alarm that does not exist is refused', () => {
    const table = ['| fault | alarms |', '|---|---|', '| MM2 is killed | `not-ready`, `gone` |', ''].join('\n');
    expect(() => runbookAlarms(table)).toThrow('there is no alarm gone');
    expect(() => runbookAlarms('no table')).toThrow('no table of faults');
  });

  test('an alarm of a flow has the name of the flow, one of the deployment has none', () => {
    expect(alarmNames('Tidemark-x', [ALARMS.notReady, ALARMS.deadMan], ['A->B', 'B->A'])).toEqual([
      'Tidemark-x/A->B/not-ready',
      'Tidemark-x/B->A/not-ready',
      'Tidemark-x/audit-not-completed',
    ]);
  });
});
