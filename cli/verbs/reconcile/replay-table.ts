import { grouped, plural } from '../../../shared/domain/model/figures.ts';
import { iso } from '../../../shared/domain/model/iso-time.ts';
import { partitionName } from '../../../shared/domain/model/topic-partition.ts';
import type { ReplayPlan } from '../../../shared/domain/reconcile/replay-plan.ts';
import type { PlannedReplay } from '../../../shared/reconcile/plan-replay.ts';
import type { ReplayedPartition } from '../../../shared/reconcile/run-replay.ts';
import type { TableOptions } from '../../output/table-options.ts';
import { printable, wrapped } from '../../output/text.ts';
import { RANGES_SHOWN, unknownText } from './list-table.ts';

const LEFT_OUT_SHOWN = 10;

/** What would be written where. */
export function* renderReplayPlan(
  { plan, leftOut, unknown }: PlannedReplay,
  { width, paint }: TableOptions,
): Generator<string> {
  const records = plan.partitions.reduce((sum, one) => sum + one.records, 0n);
  yield `${paint('bold', printable(plan.flow))}: a replay would write ${plural(records, 'record')} to ${printable(plan.target.alias)}\n`;
  for (const { topic, targetTopic, partition, ranges, records: count, bytes, superseded } of plan.partitions) {
    const [from, to] = [partitionName(topic, partition), partitionName(targetTopic, partition)].map(printable);
    yield `  ${from} → ${to}: ${plural(count, 'record')}, ${plural(bytes, 'byte')}\n`;
    const some = ranges.slice(0, RANGES_SHOWN).map((one) => `${grouped(one.from)} … ${grouped(one.until - 1n)}`);
    const more = ranges.length > RANGES_SHOWN ? ` and ${ranges.length - RANGES_SHOWN} more` : '';
    for (const line of wrapped(`source offsets ${some.join(', ')}${more}`, width, '    ')) yield `${line}\n`;
    const old =
      superseded === null
        ? 'it is not known how many have a newer record of their key on the target'
        : `${plural(superseded, 'record')} with a newer one of the same key on the target: a reader that keeps the last value goes back to an old one (--skip-superseded leaves them out)`;
    if (superseded !== 0n) for (const line of wrapped(old, width, '    ')) yield `${paint('yellow', line)}\n`;
  }
  for (const { topic, partition, offset, reason } of leftOut.slice(0, LEFT_OUT_SHOWN)) {
    yield `  ${paint('yellow', `left out: ${printable(partitionName(topic, partition))}, offset ${offset}: ${reason}`)}\n`;
  }
  if (leftOut.length > LEFT_OUT_SHOWN)
    yield `  and ${leftOut.length - LEFT_OUT_SHOWN} more are left out: --format json has every one\n`;
  for (const { topic, partition, ...range } of unknown.slice(0, RANGES_SHOWN)) {
    const text = `not planned: ${printable(partitionName(topic, partition))}, ${unknownText(range)}`;
    for (const line of wrapped(text, width, '  ')) yield `${paint('yellow', line)}\n`;
  }
  if (unknown.length > RANGES_SHOWN)
    yield `  and ${unknown.length - RANGES_SHOWN} more unknown ranges: --format json has every one\n`;
  if (plan.partitions.length > 0) yield `  it may be carried out until ${iso(plan.expiresAt)}\n`;
}

/** What was written, and whether all of it was read back once. */
export function* renderReplayResults(
  plan: ReplayPlan,
  results: readonly ReplayedPartition[],
  { width, paint }: TableOptions,
): Generator<string> {
  const isComplete = results.every(({ failure }) => failure === null);
  const state = isComplete ? paint('green', 'complete') : paint('red', 'not complete');
  yield `${paint('bold', printable(plan.flow))}: the replay is ${state}\n`;
  for (const { targetTopic, partition, planned, written, already, twice, failure } of results) {
    const name = printable(partitionName(targetTopic, partition));
    const before = already === 0n ? '' : `, ${grouped(already)} were there already`;
    yield `  ${name}: ${grouped(written)} of ${plural(planned, 'record')} written${before}\n`;
    if (twice !== null && twice > 0n) yield `    ${paint('red', `${plural(twice, 'record')} there more than once`)}\n`;
    if (failure !== null)
      for (const line of wrapped(printable(failure), width, '    ')) yield `${paint('red', line)}\n`;
  }
}

export function* renderReplayRefusal(
  reasons: readonly string[],
  remedy: string | null,
  { width, paint }: TableOptions,
): Generator<string> {
  yield `${paint('red', 'refused')}: nothing was written\n`;
  for (const reason of reasons) for (const line of wrapped(printable(reason), width, '  ')) yield `${line}\n`;
  if (remedy !== null) for (const line of wrapped(`→ ${printable(remedy)}`, width, '  ')) yield `${line}\n`;
}
