import { iso } from '../../shared/domain/model/iso-time.ts';
import type { AuditReport, FlowReport, GroupReport, PartitionReport } from '../../shared/domain/model/report.ts';
import { json } from '../../shared/text/json.ts';
import { findingJson } from './finding-json.ts';
import { mm2Json, tidemarkJson } from './position-json.ts';
import { snapshotJson } from './snapshot-json.ts';

/**
 * The report as `tidemark.audit/1` (docs/schema/audit-1.json): offsets and counts as decimal strings, times as ISO 8601,
 * unknown as null with a reason. One line for each partition, group, finding and part that could not be read, so that a
 * large report streams and `grep` and `diff` work on it.
 */
export function* renderAuditJson(report: AuditReport): Generator<string> {
  yield `{"schema":"tidemark.audit/1","at":${json(iso(report.at))},"flows":[`;
  for (const [i, flow] of report.flows.entries()) {
    yield i === 0 ? '\n' : ',\n';
    yield* renderFlow(flow);
  }
  yield report.flows.length === 0 ? ']}\n' : '\n]}\n';
}

function* renderFlow(flow: FlowReport): Generator<string> {
  const { flow: name, verdict, reasons, loss, ages, snapshot } = flow;
  const told = { flow: name, verdict, reasons, loss, ...(ages && { ages }) };
  const head = { ...told, ...(snapshot && { snapshot: snapshotJson(snapshot) }) };
  yield json(head).slice(0, -1);
  yield* renderList('partitions', flow.partitions, partition);
  yield* renderList('groups', flow.groups, group);
  yield* renderList('findings', flow.findings, findingJson);
  yield* renderList('suppressed', flow.suppressed, (one) => one);
  yield* renderList('unread', flow.unread, (one) => one);
  yield '}';
}

function* renderList<T>(name: string, all: readonly T[], shape: (one: T) => object): Generator<string> {
  yield `,\n "${name}":[`;
  for (const [i, one] of all.entries()) yield `${i === 0 ? '' : ','}\n  ${json(shape(one))}`;
  yield ']';
}

function partition(one: PartitionReport): object {
  const { topic, targetTopic, partition, sourceStart, sourceEnd, targetStart, targetEnd, replicatedTo, lag } = one;
  const { missing } = one;
  return {
    topic,
    targetTopic,
    partition,
    sourceStart,
    sourceEnd,
    targetStart,
    targetEnd,
    replicatedTo,
    lag,
    missing,
  };
}

function group(one: GroupReport): object {
  const { group, topic, partition, committed, commitCheckedAt } = one;
  const head = {
    group,
    topic,
    partition,
    committed,
    commitCheckedAt: commitCheckedAt === null ? null : iso(commitCheckedAt),
  };
  return { ...head, mm2: mm2Json(one.mm2), tidemark: tidemarkJson(one.tidemark) };
}
