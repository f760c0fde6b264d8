import { grouped, plural } from '../../../shared/domain/model/figures.ts';
import { partitionName } from '../../../shared/domain/model/topic-partition.ts';
import { isComplete, type RestoreResult, standings } from '../../../shared/domain/restore/restore-result.ts';
import type { TableOptions } from '../../output/table-options.ts';
import { printable, wrapped } from '../../output/text.ts';
import { renderRefusals } from './refusals-table.ts';

const FAILURES_SHOWN = 20;

/** What an apply or undo left, as it was read back. */
export function* renderResult(result: RestoreResult, options: TableOptions): Generator<string> {
  const { width, rows = FAILURES_SHOWN, paint } = options;
  const complete = isComplete(result);
  const verb = result.action === 'apply' ? 'applied' : 'undone';
  const state = complete ? paint('green', verb) : paint('red', `${verb} in part`);
  const counts = standings(result);
  yield `restore ${result.plan} ${state}: ${plural(result.groups.length, 'group')}\n`;
  const parts = [
    `${grouped(counts.written)} written and read back`,
    `${grouped(counts.already)} already in place`,
    counts.refused > 0 ? `${grouped(counts.refused)} refused` : '',
    counts.differs > 0 ? `${grouped(counts.differs)} stand elsewhere` : '',
    counts.unknown > 0 ? `${grouped(counts.unknown)} not read back` : '',
  ];
  yield `  partitions: ${parts.filter((part) => part !== '').join(', ')}\n`;
  yield* renderRefusals(
    result.groups.flatMap(({ refusal }) => refusal ?? []),
    options,
  );
  const failed = result.groups
    .filter(({ refusal }) => refusal === null)
    .flatMap(({ group, partitions }) =>
      partitions
        .filter(({ standing }) => standing !== 'written' && standing !== 'already')
        .map((partition) => ({ group, ...partition })),
    );
  for (const { group, topic, partition, standing, why } of failed.slice(0, rows)) {
    yield `  ${paint('red', standing)}  ${printable(group)} ${partitionName(printable(topic), partition)}\n`;
    for (const line of wrapped(printable(why ?? ''), width, '    ')) yield `${line}\n`;
  }
  const rest = failed.length - rows;
  if (rest > 0) yield `  … and ${grouped(rest)} more: --format json has every one\n`;
}
