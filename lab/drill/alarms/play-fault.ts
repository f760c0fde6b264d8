import type { AlarmDefinition } from '../../alarms/alarm-definition.ts';
import type { Minute } from '../../local/local-cloud.ts';
import type { Fault } from './fault.ts';
import type { AlarmRow, FaultResult } from './fault-result.ts';
import type { World } from './world.ts';

/** More than any alarm needs: five minutes of missing data, or three above a limit that is reached after some. */
const MOST_MINUTES = 16;
/** Minutes that are played after the last alarm that the runbook names: as many as an alarm looks at. */
const MORE_MINUTES = 5;
/** Minutes in which nothing may happen, before and after a fault. */
const QUIET_MINUTES = 2;

export type Progress = (line: string) => void;

/** What the alarms of a world did over some minutes. */
class Watch {
  readonly paged = new Map<string, number>();
  readonly cleared = new Map<string, number>();
  readonly findings: string[] = [];
  readonly #raised = new Set<string>();

  /** @param minutes since the fault, or since it was healed */
  note({ alarms, pages }: Minute, minutes: number): void {
    for (const { alarm, to, actions } of alarms) {
      const { AlarmName: name } = alarm;
      if (to === 'OK') {
        if (this.#raised.delete(name)) this.cleared.set(name, minutes);
      } else if (actions.length > 0) {
        this.#raised.add(name);
        this.cleared.delete(name);
        if (!this.paged.has(name)) this.paged.set(name, minutes);
      }
    }
    for (const { subject, message } of pages) this.findings.push(`${subject}: ${message.split('\n')[2]}`);
  }

  get raised(): ReadonlySet<string> {
    return this.#raised;
  }
}

/** Whether an alarm is within its limit, or has no data and no action for that; and so is its newest minute. */
function isClear({ cloud }: World, alarm: AlarmDefinition): boolean {
  const state = cloud.stateOf(alarm);
  if (alarm.kind === 'composite') return state === 'OK';
  const hasNone = state === 'INSUFFICIENT_DATA' && alarm.TreatMissingData !== 'missing';
  return (state === 'OK' || hasNone) && !cloud.isBreaching(alarm);
}

/** Plays minutes until all alarms have been clear for some, and no finding has paged. */
export async function waitUntilQuiet(world: World, progress: Progress): Promise<void> {
  let quiet = 0;
  for (let minute = 0; quiet < QUIET_MINUTES; minute++) {
    const raised = world.cloud.stack.alarms.filter((alarm) => !isClear(world, alarm));
    if (minute > MOST_MINUTES) {
      throw new Error(`after ${minute} minutes there is still ${raised.map(({ AlarmName }) => AlarmName).join(', ')}`);
    }
    const { pages } = await say(world.playMinute(), progress);
    quiet = pages.length === 0 && world.cloud.stack.alarms.every((alarm) => isClear(world, alarm)) ? quiet + 1 : 0;
  }
}

/** Inflicts a fault, waits for the alarms that the runbook names, heals it, and waits until all is clear. */
export async function playFault(
  world: World,
  fault: Fault,
  named: readonly string[],
  progress: Progress,
): Promise<FaultResult> {
  await fault.prepare?.(world);
  await waitUntilQuiet(world, progress);
  const watch = new Watch();
  progress(`  ${fault.name}: it happens`);
  await fault.inflict(world);
  world.beginMinute();
  // An alarm that should not be there may come later than the others.
  let more = MORE_MINUTES;
  for (let minute = 1; minute <= MOST_MINUTES && more > 0; minute++) {
    watch.note(await say(world.playMinute(), progress), minute);
    if (named.every((name) => watch.paged.has(name))) more--;
  }
  progress(`  ${fault.name}: it is healed`);
  await fault.heal(world);
  world.beginMinute();
  let quiet = 0;
  for (let minute = 1; minute <= MOST_MINUTES && quiet < QUIET_MINUTES; minute++) {
    watch.note(await say(world.playMinute(), progress), minute);
    quiet = watch.raised.size === 0 ? quiet + 1 : 0;
  }
  const row = (name: string): AlarmRow => ({
    alarm: name.slice(name.indexOf('/') + 1),
    toPage: watch.paged.get(name) ?? null,
    toClear: watch.raised.has(name) ? null : (watch.cleared.get(name) ?? null),
  });
  for (const subject of watch.findings) progress(`  finding: ${subject}`);
  for (const reason of unstored(world)) progress(`  not stored: ${reason}`);
  return {
    fault: fault.name,
    named: named.map(row),
    others: [...watch.paged.keys()].filter((name) => !named.includes(name)).map(row),
    withinMinutes: fault.withinMinutes ?? null,
  };
}

/** Plays minutes in which nothing is wrong. Returns every alarm and every page. */
export async function playSteadily(world: World, minutes: number, progress: Progress): Promise<readonly string[]> {
  await waitUntilQuiet(world, progress);
  const watch = new Watch();
  for (let minute = 1; minute <= minutes; minute++) watch.note(await say(world.playMinute(), progress), minute);
  return [...watch.paged].map(([name, minute]) => `${name} after ${minute} minutes`).concat(watch.findings);
}

/** What the function says of audits that it could not store. */
function unstored({ cloud }: World): readonly string[] {
  const reasons = cloud.scheduled.flatMap(({ log }) => [...log.matchAll(/"notRecorded":("(?:[^"\\]|\\.)+")/g)]);
  return [...new Set(reasons.map(([, reason = '']) => reason))];
}

async function say(playing: Promise<Minute>, progress: Progress): Promise<Minute> {
  const played = await playing;
  const { minute, audits, alarms } = played;
  const took = audits.map(
    ({ durationMs, error }) =>
      `${(durationMs / 1_000).toFixed(1)} s${error === null ? '' : `: ${error.split('\n')[0]}`}`,
  );
  const states = alarms.map((event) => {
    const { alarm, to, actions } = event;
    const isSilent = to !== 'OK' && actions.length === 0;
    const note = event.kind === 'late actions' ? ' notifies now' : isSilent ? ' (notifies nobody)' : '';
    return `${alarm.AlarmName.slice(alarm.AlarmName.indexOf('/') + 1)} ${to}${note}`;
  });
  const of = minute === 1 ? [] : states;
  progress(`  minute ${minute}: ${[took.join(', ') || 'no audit', ...of].join('; ')}`);
  return played;
}
