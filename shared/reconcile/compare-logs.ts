import { CopyMatcher } from '../domain/compare/copy-matcher.ts';
import { COPIES_ISOLATION } from '../domain/judge/probes.ts';
import type { IsolationLevel, LogRecord, ScanRequest } from '../domain/model/cluster.ts';
import { least } from '../domain/model/offsets.ts';
import { AbsentRecords, type ReadRecord, type Standing } from '../domain/reconcile/absent-records.ts';
import { type ReplayOrigin, replayedOffset } from '../domain/reconcile/replay-header.ts';
import type { ClusterReader } from '../ports.ts';
import { digestRecord } from '../survey/digest-record.ts';
import { keyName, readRecord } from './read-record.ts';
import { UnreadLogError } from './reconcile-errors.ts';

/** The two logs of one partition, as far as they are compared. */
export interface ComparedLogs {
  readonly topic: string;
  readonly targetTopic: string;
  readonly partition: number;
  /** Data records of [start, end) of the source were readable for MM2. */
  readonly source: { readonly start: bigint; readonly end: bigint };
  /** Copies lie in [start, until). */
  readonly target: { readonly start: bigint; readonly until: bigint; readonly end: bigint };
  readonly isolation: IsolationLevel;
  /** By which an earlier replay marked its records; null if the source's id is not known. */
  readonly origin: ReplayOrigin | null;
}

export interface Comparison {
  readonly absent: AbsentRecords;
  /** Data records of the target in [start, until), and source offset of the first recognised copy. */
  readonly targetRecords: number;
  readonly firstCopied: bigint | null;
  readonly recognised: number;
  readonly headersDiffer: number;
  readonly timeDiffers: number;
  /** From this offset on a transaction on the target is open; null if none is. */
  readonly openFrom: bigint | null;
}

/** What a comparison may hold in memory. */
export interface WindowSize {
  /** Source records that are compared at a time. */
  readonly records: number;
  /** Of these, as many on both sides belong to the windows beside it: equal records are placed by their neighbours. */
  readonly margin: number;
}

export const WINDOW: WindowSize = { records: 200_000, margin: 10_000 };

/**
 * Finds the source records without a copy. It reads the source once, and the target once for each window of the source,
 * because MM2 may write any record again: memory is bounded by the window, however long the logs are. Only reads.
 *
 * @throws UnreadLogError if one of the logs could not be read to its end
 */
export async function compareLogs(
  logs: ComparedLogs,
  source: ClusterReader,
  target: ClusterReader,
  progress: (records: bigint, of: bigint) => void,
  { records: most, margin }: WindowSize = WINDOW,
): Promise<Comparison> {
  const { topic, targetTopic, partition, isolation, origin } = logs;
  const absent = new AbsentRecords(logs.target.start);
  const { end } = logs.target;
  const replayed = await replayedIn(
    target,
    { topic: targetTopic, partition, from: logs.target.until, until: end },
    origin,
  );
  let targetRecords = 0;
  let openFrom: bigint | null = null;
  let first: { readonly offset: bigint; readonly position: bigint } | null = null;
  const sums = { recognised: 0, headersDiffer: 0, timeDiffers: 0 };
  let window: ReadRecord[] = [];
  /** How many records at the begin of the window are decided already. */
  let decided = 0;
  let next = logs.source.start;
  for (let isFirst = true; isFirst || next < logs.source.end; isFirst = false) {
    while (next < logs.source.end && window.length < most) {
      const until = least(logs.source.end, next + BigInt(most - window.length));
      const request = { topic, partition, from: next, until, isolation };
      const scan = await source.scan(request, (record) => window.push(readRecord(record)));
      if (scan.kind === 'unread') throw new UnreadLogError(scan.unread);
      if (scan.value.start > next) throw UnreadLogError.moved(source.alias, topic, partition);
      if (scan.value.next < until) throw UnreadLogError.ended(source.alias, topic, partition, scan.value.next);
      next = until;
    }
    progress(next - logs.source.start, logs.source.end - logs.source.start);
    const isLast = next >= logs.source.end;
    const matcher = new CopyMatcher(window, isFirst && logs.source.start === 0n && logs.target.start === 0n);
    let ordinal = 0;
    const visit = (record: LogRecord): void => {
      const mark = origin === null ? null : replayedOffset(record.headers, origin);
      if (mark === null) matcher.visit(digestRecord(record), ordinal);
      else replayed.add(mark);
      ordinal++;
    };
    const { start: from, until } = logs.target;
    if (until > from) {
      const request: ScanRequest = { topic: targetTopic, partition, from, until, isolation: COPIES_ISOLATION };
      const scan = await target.scan(request, visit);
      if (scan.kind === 'unread') throw new UnreadLogError(scan.unread);
      // A copy that was deleted while the logs were read would pass for one that never came.
      if (scan.value.start > from) throw UnreadLogError.moved(target.alias, targetTopic, partition);
      if (scan.value.next < until) openFrom = scan.value.next;
    }
    matcher.finish();
    targetRecords = ordinal;
    const found = matcher.first;
    if (found !== null && (first === null || found.position < first.position)) {
      first = { offset: window[found.index]?.offset ?? 0n, position: found.position };
    }
    sums.recognised += matcher.recognised;
    sums.headersDiffer += matcher.headersDiffer;
    sums.timeDiffers += matcher.timeDiffers;
    const settled = isLast ? window.length : window.length - margin;
    for (; decided < settled; decided++) {
      const record = window[decided];
      if (record !== undefined) absent.add(record, standingOf(matcher, decided, record, replayed));
    }
    window = window.slice(Math.max(0, settled - margin));
    decided = Math.min(decided, margin);
  }
  absent.finish({ position: logs.target.until, ordinal: targetRecords });
  return { absent, targetRecords, firstCopied: first?.offset ?? null, openFrom, ...sums };
}

/**
 * Source offsets whose records an earlier replay wrote to a stretch of the target's log. Replays write without a transaction,
 * so one that is open hides none of them. @throws UnreadLogError
 */
export async function replayedIn(
  target: ClusterReader,
  where: { readonly topic: string; readonly partition: number; readonly from: bigint; readonly until: bigint },
  origin: ReplayOrigin | null,
): Promise<Set<bigint>> {
  const replayed = new Set<bigint>();
  if (origin === null || where.from >= where.until) return replayed;
  const scan = await target.scan({ ...where, isolation: 'read_uncommitted' }, ({ headers }) => {
    const offset = replayedOffset(headers, origin);
    if (offset !== null) replayed.add(offset);
  });
  if (scan.kind === 'unread') throw new UnreadLogError(scan.unread);
  return replayed;
}

function standingOf(matcher: CopyMatcher, index: number, record: ReadRecord, replayed: ReadonlySet<bigint>): Standing {
  const copy = matcher.copyOf(index);
  if (copy !== null) return { kind: 'copied', copy };
  if (replayed.has(record.offset)) return { kind: 'replayed' };
  return { kind: matcher.isUncertain(index) ? 'uncertain' : 'absent' };
}

/** What the target was given after copies end, of records and keys that are asked for. */
export interface WrittenSince {
  /** Keys that have a record from `until` on that no replay wrote. */
  readonly keys: ReadonlySet<string>;
  /** Identities of records there, of those that were asked for. */
  readonly identities: ReadonlySet<string>;
}

/** Looks through the end of the target's log, behind the copies, also at what a transaction may abort yet. @throws UnreadLogError */
export async function readWrittenSince(
  { targetTopic, partition, target: log, origin }: ComparedLogs,
  target: ClusterReader,
  wanted: { readonly keys: ReadonlySet<string>; readonly identities: ReadonlySet<string> },
): Promise<WrittenSince> {
  const keys = new Set<string>();
  const identities = new Set<string>();
  if (log.until >= log.end || wanted.identities.size === 0) return { keys, identities };
  const request: ScanRequest = {
    topic: targetTopic,
    partition,
    from: log.until,
    until: log.end,
    isolation: 'read_uncommitted',
  };
  const scan = await target.scan(request, (record) => {
    if (origin !== null && replayedOffset(record.headers, origin) !== null) return;
    const { key, content, timestamp } = readRecord(record);
    if (key !== null && wanted.keys.has(key)) keys.add(key);
    const identity = `${content}${timestamp}`;
    if (wanted.identities.has(identity)) identities.add(identity);
  });
  if (scan.kind === 'unread') throw new UnreadLogError(scan.unread);
  return { keys, identities };
}

/** Where the target has each of the keys last. @throws UnreadLogError */
export async function lastOfKeys(
  { targetTopic, partition, target: log }: ComparedLogs,
  target: ClusterReader,
  wanted: ReadonlySet<string>,
): Promise<ReadonlyMap<string, bigint>> {
  const last = new Map<string, bigint>();
  if (wanted.size === 0 || log.start >= log.end) return last;
  const request: ScanRequest = {
    topic: targetTopic,
    partition,
    from: log.start,
    until: log.end,
    isolation: COPIES_ISOLATION,
  };
  const scan = await target.scan(request, ({ key, offset }) => {
    const name = keyName(key);
    if (name !== null && wanted.has(name)) last.set(name, offset);
  });
  if (scan.kind === 'unread') throw new UnreadLogError(scan.unread);
  return last;
}
