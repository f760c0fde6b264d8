/** An alarm during a fault: minutes from the fault until it notified, and from the healing until it was clear again. */
export interface AlarmRow {
  /** Name without the stack. */
  readonly alarm: string;
  /** Null if it did not. */
  readonly toPage: number | null;
  readonly toClear: number | null;
}

export interface FaultResult {
  readonly fault: string;
  /** The alarms that the runbook names. */
  readonly named: readonly AlarmRow[];
  /** All others that notified. */
  readonly others: readonly AlarmRow[];
  /** The most minutes until somebody is notified. */
  readonly withinMinutes: number | null;
}

/** A fault that could not be played to its end: a miss, also if the runbook names no alarm. */
export function notPlayed(fault: string, names: readonly string[]): FaultResult {
  const rows = names.length === 0 ? ['played to its end'] : names;
  const named = rows.map((name) => ({ alarm: name.slice(name.indexOf('/') + 1), toPage: null, toClear: null }));
  return { fault, named, others: [], withinMinutes: null };
}

/** Whether all that the runbook names notified, in time. */
export function isPaged(result: FaultResult): boolean {
  if (result.named.some(({ toPage }) => toPage === null)) return false;
  return result.withinMinutes === null || (firstPage(result) ?? Number.POSITIVE_INFINITY) <= result.withinMinutes;
}

/** Whether nothing was left in alarm. */
export function isCleared({ named, others }: FaultResult): boolean {
  return [...named, ...others].every(({ toPage, toClear }) => toPage === null || toClear !== null);
}

/** Minutes until the first of its alarms notified somebody. */
export function firstPage({ named }: FaultResult): number | null {
  const minutes = named.flatMap(({ toPage }) => toPage ?? []);
  return minutes.length === 0 ? null : Math.min(...minutes);
}

export function resultLines(result: FaultResult): readonly string[] {
  const line = (alarm: string, toPage: string, toClear: string, note = '') =>
    `  ${alarm.padEnd(34)} ${toPage.padStart(5)} ${toClear.padStart(6)}${note}`;
  const row = ({ alarm, toPage, toClear }: AlarmRow, note = '') =>
    line(alarm, toPage === null ? 'never' : String(toPage), toClear === null ? 'never' : String(toClear), note);
  return [
    line('alarm', 'page', 'clear'),
    ...result.named.map((one) => row(one, one.toPage === null ? '  MISSING' : '')),
    ...result.others.map((one) => row(one, '  FALSE: the runbook does not name it')),
    ...(result.named.length + result.others.length === 0 ? [line('none', '-', '-')] : []),
  ];
}

export interface Tally {
  readonly faults: number;
  readonly paged: number;
  readonly cleared: number;
  readonly falseAlarms: number;
  readonly maxMinutesToPage: number;
}

/** @param falseInSteadyState alarms and pages in an hour in which nothing was wrong */
export function tallyOf(results: readonly FaultResult[], falseInSteadyState: number): Tally {
  return {
    faults: results.length,
    paged: results.filter(isPaged).length,
    cleared: results.filter(isCleared).length,
    falseAlarms: results.reduce((sum, { others }) => sum + others.length, falseInSteadyState),
    maxMinutesToPage: Math.max(0, ...results.flatMap((result) => firstPage(result) ?? [])),
  };
}

export function tallyLine({ faults, paged, cleared, falseAlarms, maxMinutesToPage }: Tally): string {
  return `ALARMS faults=${faults} paged=${paged} cleared=${cleared} false=${falseAlarms} max_minutes_to_page=${maxMinutesToPage}`;
}

export function isClean({ faults, paged, cleared, falseAlarms }: Tally): boolean {
  return paged === faults && cleared === faults && falseAlarms === 0;
}
