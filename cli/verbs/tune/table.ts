import { duration, grouped, plural } from '../../../shared/domain/model/figures.ts';
import type { Advice, Gain } from '../../../shared/domain/tune/advice.ts';
import { ratesOf } from '../../../shared/domain/tune/measurement.ts';
import type { Pace } from '../../../shared/domain/tune/pace.ts';
import type { TableOptions } from '../../output/table-options.ts';
import { printable, wrapped } from '../../output/text.ts';
import type { TunedFlow } from './json.ts';

/** For each flow what was measured, what to change and why, and then what to leave and what is unknown. */
export function* renderTuneTable(flows: readonly TunedFlow[], { width, paint }: TableOptions): Generator<string> {
  for (const [i, { flow, measurement, tuning }] of flows.entries()) {
    const { source, mirrored } = ratesOf(measurement);
    yield `${i === 0 ? '' : '\n'}${paint('bold', printable(flow))}  ${perSecond(source)} written, ${perSecond(mirrored)} mirrored, in ${duration(measurement.seconds)}\n`;
    for (const line of wrapped(paceWords(tuning.pace), width, '  ')) yield `${line}\n`;
    const changes = tuning.advice.filter(({ kind }) => kind === 'change' || kind === 'act');
    if (changes.length === 0) yield '\n  Nothing to change.\n';
    for (const advice of changes) {
      yield '\n';
      yield `  ${paint('bold', headOf(advice))}\n`;
      const gain = 'gain' in advice ? [gainWords(advice.gain)] : [];
      for (const text of [advice.reason, ...gain])
        for (const line of wrapped(printable(text), width, '    ')) yield `${line}\n`;
    }
    const others = tuning.advice.filter(({ kind }) => kind === 'keep' || kind === 'unknown');
    if (others.length > 0) yield '\n';
    for (const { lever, kind, reason } of others) {
      const text = `${lever}: ${kind === 'keep' ? 'leave it' : 'unknown'}, because ${reason}`;
      for (const line of wrapped(printable(text), width, '  ')) yield `${paint('dim', line)}\n`;
    }
  }
}

export function perSecond(rate: number): string {
  return `${rate < 10 ? Math.round(rate * 10) / 10 : grouped(Math.round(rate))} records/s`;
}

function paceWords(pace: Pace): string {
  switch (pace.kind) {
    case 'keeps-up':
      return 'The mirror keeps up with its source.';
    case 'behind':
      return `The mirror is behind: ${plural(pace.backlog, 'record')} wait, which takes it ${duration(pace.secondsToMirror)} at this rate.`;
    case 'still':
      return `${plural(pace.backlog, 'record')} wait, and none arrive: see what tidemark audit finds.`;
    case 'unknown':
      return printable(`Whether the mirror keeps up is unknown: ${pace.reason}`);
  }
}

function headOf(advice: Advice): string {
  if (advice.kind === 'act') return advice.what;
  if (advice.kind !== 'change') return advice.lever;
  const from = advice.from === null ? '' : ` (now ${advice.from})`;
  const place = advice.place === 'worker' ? 'of the Connect worker' : 'of the MirrorSourceConnector';
  return `${advice.setting} = ${advice.to}${from}, ${place}`;
}

function gainWords(gain: Gain): string {
  switch (gain.kind) {
    case 'throughput':
      return `Gain: at most ${gain.atMost.toFixed(1)} times as fast.`;
    case 'repeats':
      return `Gain: ${grouped(gain.to)} records twice instead of ${grouped(gain.from)}.`;
    case 'syncs':
      return `Gain: one sync for ${Math.round(1 / gain.to)} records instead of one for ${(1 / gain.from).toFixed(1)}.`;
    case 'unknown':
      return `Gain: unknown, because ${gain.reason}.`;
  }
}
