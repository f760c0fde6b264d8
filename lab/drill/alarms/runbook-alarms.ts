import {
  ALARMS,
  type AlarmDefinition,
  alarmName,
  COMPOSITE_ALARMS,
  type CompositeAlarmDefinition,
} from '../../../shared/contract/alarms.ts';

/** An alarm that notifies: one on a metric, or a composite one. */
type NotifyingAlarm = AlarmDefinition | CompositeAlarmDefinition;

/**
 * The table of docs/runbook.md that names the alarms of each fault: fault → paths of alarms.
 * @throws if there is no such table, or it names an alarm that does not exist
 */
export function runbookAlarms(runbook: string): ReadonlyMap<string, readonly NotifyingAlarm[]> {
  const lines = runbook.split('\n');
  const head = lines.findIndex((line) => line.startsWith('| fault |'));
  if (head === -1) throw new Error('the runbook has no table of faults');
  const length = lines.slice(head).findIndex((line) => !line.startsWith('|'));
  return new Map(
    lines.slice(head + 2, head + length).map((line) => {
      const [fault = '', alarms = ''] = line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim());
      return [fault, [...alarms.matchAll(/`([^`]+)`/g)].map(([, path = '']) => alarmOfPath(path))] as const;
    }),
  );
}

/** The full names of a fault's alarms. */
export function alarmNames(stack: string, alarms: readonly NotifyingAlarm[], flows: readonly string[]): string[] {
  return alarms.flatMap((alarm) =>
    'about' in alarm && alarm.about === 'deployment'
      ? [alarmName(stack, alarm)]
      : flows.map((flow) => alarmName(stack, alarm, flow)),
  );
}

function alarmOfPath(path: string): NotifyingAlarm {
  const all: readonly NotifyingAlarm[] = [...Object.values(ALARMS), ...Object.values(COMPOSITE_ALARMS)];
  const found = all.find((alarm) => alarm.path === path);
  if (found === undefined) throw new Error(`there is no alarm ${path}`);
  return found;
}
