import type { WatchEvent } from '../../../shared/audit/watch.ts';
import { iso } from '../../../shared/domain/model/iso-time.ts';
import { json } from '../../../shared/text/json.ts';
import { findingJson } from '../../output/finding-json.ts';
import { figuresOf } from '../../output/flow-figures.ts';

/** An event as one line of `tidemark.watch/1` (docs/schema/watch-1.json). */
export function watchJson(event: WatchEvent): string {
  const head = { schema: 'tidemark.watch/1', event: event.kind, at: iso(event.at) };
  return `${json({ ...head, ...bodyOf(event) })}\n`;
}

function bodyOf(event: WatchEvent): object {
  if (event.kind === 'failed') {
    const { code, message, retriable } = event.error;
    return { error: code, message, retriable };
  }
  if (event.kind === 'audit') {
    const { flow, verdict, reasons, loss, findings, suppressed } = event.report;
    const { lag, unknownLag, positions, commitsAsOf } = figuresOf(event.report, event.at);
    return {
      flow,
      verdict,
      reasons,
      acknowledged: findings.filter(({ acknowledged }) => acknowledged !== undefined).length,
      suppressed: suppressed.length,
      lag: { records: lag, unknownPartitions: unknownLag },
      loss,
      positions,
      commitsAsOf: typeof commitsAsOf === 'number' ? iso(commitsAsOf) : commitsAsOf,
    };
  }
  const { finding, openedAt, sinceBefore } = event.open;
  const opened = { openedAt: iso(openedAt), sinceBefore };
  const openSeconds = event.kind === 'closed' ? { openSeconds: (event.at - openedAt) / 1_000 } : {};
  return { flow: event.flow, finding: findingJson(finding), ...opened, ...openSeconds };
}
