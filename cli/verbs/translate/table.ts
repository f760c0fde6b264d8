import type { LogOffsets } from '../../../shared/domain/model/cluster.ts';
import { grouped, plural } from '../../../shared/domain/model/figures.ts';
import { partitionName } from '../../../shared/domain/model/topic-partition.ts';
import { json } from '../../../shared/text/json.ts';
import type { TranslatedOffset } from '../../../shared/translate/translate-offset.ts';
import { tidemarkJson } from '../../output/position-json.ts';
import { snapshotJson } from '../../output/snapshot-json.ts';
import { snapshotLines } from '../../output/snapshot-lines.ts';
import type { TableOptions } from '../../output/table-options.ts';
import { printable, wrapped } from '../../output/text.ts';

/** One translation for a person. */
export function* renderTranslation(translated: TranslatedOffset, { width, paint }: TableOptions): Generator<string> {
  const { flow, topic, targetTopic, partition, offset, source, target, position } = translated;
  yield `${printable(flow)}: offset ${grouped(offset)} of ${printable(partitionName(topic, partition))}`;
  yield source === null ? '\n' : ` (${logText(source)})\n`;
  const name = printable(partitionName(targetTopic, partition));
  if (position.kind === 'unknown')
    yield `  ${paint('yellow', 'unknown')} on ${name}
`;
  else {
    yield `  → ${paint('bold', grouped(position.position))} of ${name}${target === null ? '' : ` (${logText(target)})`}\n`;
    const { rereadAtMost } = position;
    const cost = rereadAtMost === 0n ? 'nothing is read twice' : `at most ${plural(rereadAtMost, 'record')} read twice`;
    yield `  ${position.proof}: nothing is skipped, ${cost}\n`;
  }
  if (position.reason !== null) for (const line of wrapped(printable(position.reason), width, '  ')) yield `${line}\n`;
  if (translated.snapshot === null) return;
  yield `  as of ${new Date(translated.snapshot.asOf).toISOString()}, from the history alone: no cluster was asked\n`;
  for (const line of snapshotLines(translated.snapshot, width, '  ')) yield `${line}\n`;
}

/** As `tidemark.translation/1`: offsets as decimal strings, unknown as null with a reason. */
export function* renderTranslationJson(translated: TranslatedOffset): Generator<string> {
  const log = (one: LogOffsets | null) => (one === null ? null : { start: one.start, end: one.highWatermark });
  const { flow, topic, targetTopic, partition, offset, position } = translated;
  const document = {
    schema: 'tidemark.translation/1',
    flow,
    topic,
    targetTopic,
    partition,
    offset,
    source: log(translated.source),
    target: log(translated.target),
    tidemark: tidemarkJson(position),
    ...(translated.snapshot && { snapshot: snapshotJson(translated.snapshot) }),
  };
  yield `${json(document)}\n`;
}

function logText({ start, highWatermark }: LogOffsets): string {
  return `log ${grouped(start)} to ${grouped(highWatermark)}`;
}
