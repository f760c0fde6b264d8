import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DynamoDbLocal } from '../lab/dynamodb-local.ts';
import { scriptOptions } from '../lab/script-options.ts';
import { createDynamoDbSnapshotStore } from '../shared/adapters/dynamodb/dynamodb-snapshot-store.ts';
import { openHistoryDatabase } from '../shared/adapters/sqlite/open-database.ts';
import { createSqliteSnapshotStore } from '../shared/adapters/sqlite/sqlite-snapshot-store.ts';
import { HistoryState } from '../shared/domain/history/history-state.ts';
import { DEFAULT_RETENTION } from '../shared/domain/history/retention.ts';
import { HistoryWriter } from '../shared/history/history-writer.ts';
import { HistoryMovement } from './history-movement.ts';
import { type CountedWrites, countWrites } from './history-writes.ts';
import { livingFrames } from './living-frames.ts';

scriptOptions({
  name: 'bench:history',
  does: 'Measures what 35 days of audits take in SQLite and in DynamoDB Local. HISTORY_PARTITIONS: 10,000 by default. Takes minutes.',
  options: {},
});
const PARTITIONS = Number(process.env.HISTORY_PARTITIONS ?? 10_000);
const FLOW = 'A->B';
const TABLE = 'tidemark-history';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
/** End of the current week since the epoch. Not in the past: DynamoDB Local removes expired items by the real clock. */
const END = (Math.floor(Date.now() / WEEK) + 1) * WEEK;
const BEGIN = END - 35 * DAY;
const IDLE_DAYS = 14;
/** On-demand price of a million write units in us-east-1, in dollars. */
const USD_PER_MILLION_WRITES = 0.625;
const MINUTES_PER_MONTH = 43_200;

/**
 * Times of a sample of the audits of 35 days: one at every midnight, every hour of two days, every tenth minute of the
 * last twelve hours, and every minute of the last three. Every frame has the same parent as in a full run, so it has
 * the same size.
 */
function auditTimes(): number[] {
  const times: number[] = [];
  for (let at = BEGIN; at < END; at += MINUTE) {
    const isHour = at % HOUR === 0 && (at >= END - DAY || Math.floor((at - BEGIN) / DAY) === 20);
    const isTenth = at % (10 * MINUTE) === 0 && at >= END - 12 * HOUR;
    if (at % DAY === 0 || isHour || isTenth || at >= END - 3 * HOUR) times.push(at);
  }
  return times;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const terms = (now: number) => ({ now, leaseMs: 0 });
const folder = mkdtempSync(join(tmpdir(), 'tidemark-history-'));
const file = join(folder, 'history.db');
const local = await DynamoDbLocal.start();
try {
  await local.createHistoryTable(TABLE);
  const client = local.client();
  const writes = countWrites(client);
  const sqlite = createSqliteSnapshotStore(openHistoryDatabase(file));
  const dynamo = createDynamoDbSnapshotStore(client, TABLE);

  const movement = new HistoryMovement(PARTITIONS);
  const sizes = await recordBusy(movement, writes);
  const { bytesPerPosition, unitsPerAudit } = summary(sizes, movement.positions);
  const idle = await recordIdle();
  await readBack();
  const usd = (unitsPerAudit * MINUTES_PER_MONTH * USD_PER_MILLION_WRITES) / 1e6;
  await sqlite.close();
  client.destroy();
  say(
    `HISTORY bytes_per_position=${bytesPerPosition.toFixed(2)} idle_bytes_per_partition_day=${idle.bytes.toFixed(1)} items_idle_audit=${idle.items} writes_usd_month=${usd.toFixed(2)}`,
  );

  /** Records the sampled audits in both stores; returns bytes and write units by level. */
  async function recordBusy(busy: HistoryMovement, counted: CountedWrites) {
    const times = auditTimes();
    const first = times[0] ?? BEGIN;
    const options = { flow: FLOW, owner: 'bench', retention: DEFAULT_RETENTION, terms: terms(first) };
    const writer = await HistoryWriter.open({ store: sqlite, ...options });
    const { lease } = await dynamo.acquire(FLOW, 'bench', terms(first));
    const levels = DEFAULT_RETENTION.steps.map(() => ({ frames: 0, bytes: 0, units: 0 }));
    let after: number | null = null;
    let recordMs = 0;
    for (const at of times) {
      const state = writer.newest?.next(at) ?? new HistoryState(at);
      busy.moveInto(state);
      const start = performance.now();
      await writer.record(state, terms(at));
      recordMs += performance.now() - start;
      const [frame] = await sqlite.read(FLOW, [at], at);
      if (frame?.bytes == null) throw new Error(`no frame of ${at}`);
      counted.reset();
      await dynamo.append(lease, { entry: frame.entry, bytes: frame.bytes }, after, terms(at));
      after = at;
      const level = levels[frame.entry.level];
      if (level === undefined) throw new Error('unknown level');
      level.frames++;
      level.bytes += counted.bytes;
      level.units += counted.units;
    }
    say(
      `${times.length} audits of ${busy.positions} positions recorded, ${Math.round(recordMs / times.length)} ms each`,
    );
    return levels;
  }

  function summary(levels: readonly { frames: number; bytes: number; units: number }[], positions: number) {
    const living = livingFrames();
    let bytes = 0;
    let frames = 0;
    for (const [index, level] of levels.entries()) {
      const each = level.bytes / level.frames;
      bytes += each * (living[index] ?? 0);
      frames += living[index] ?? 0;
      say(
        `level ${index}: ${living[index]} frames live after 35 days, ${Math.round(each)} bytes each (${(each / positions).toFixed(2)} a position), ${Math.round(level.units / level.frames)} write units`,
      );
    }
    say(`${(bytes / 1e6).toFixed(0)} MB after 35 days, every attribute of every item included`);
    // Of 60 audits, 54 are of the finest level, 5 of the next one, and 1 is hourly.
    const unitsOf = (index: number) => (levels[index]?.units ?? 0) / (levels[index]?.frames ?? 1);
    const units = (unitsOf(0) * 54 + unitsOf(1) * 5 + unitsOf(2)) / 60;
    return { bytesPerPosition: bytes / (frames * positions), unitsPerAudit: units };
  }

  /** Audits an idle flow every minute for two weeks; returns bytes per partition and day, and items per audit. */
  async function recordIdle(): Promise<{ readonly bytes: number; readonly items: number }> {
    const flow = 'idle->B';
    const begin = END;
    const still = new HistoryMovement(PARTITIONS);
    const open = (now: number) =>
      HistoryWriter.open({ store: dynamo, flow, owner: 'bench', retention: DEFAULT_RETENTION, terms: terms(now) });
    let writer = await open(begin);
    const state = new HistoryState(begin);
    still.moveInto(state);
    writes.reset();
    await writer.record(state, terms(begin));
    let bytes = writes.bytes;
    let warm = 0;
    const unmoved = (at: number) => {
      const next = writer.newest?.next(at) ?? state;
      Object.assign(next.readAt, { source: at, target: at });
      return next;
    };
    // Hourly audits write the same frames as audits every minute: between frames only the head is written.
    for (let at = begin + HOUR; at < begin + IDLE_DAYS * DAY; at += HOUR) {
      writes.reset();
      const recorded = await writer.record(unmoved(at), terms(at));
      if (recorded.kind === 'frame') bytes += writes.bytes;
      else warm = Math.max(warm, writes.items);
    }
    const at = begin + IDLE_DAYS * DAY - MINUTE;
    writes.reset();
    writer = await open(at);
    await writer.record(unmoved(at), terms(at));
    say(`an idle audit writes ${warm} item in a running process, ${writes.items} in a new one`);
    return { bytes: bytes / IDLE_DAYS / PARTITIONS, items: Math.max(warm, writes.items) };
  }

  /** Reads states as of the times with the longest chains, from both stores, each in its own process. */
  async function readBack(): Promise<void> {
    const times = [
      END - MINUTE,
      END - 31 * MINUTE,
      END - 5 * HOUR - MINUTE,
      END - 13 * HOUR,
      BEGIN + 21 * DAY - MINUTE,
      BEGIN + DAY,
    ];
    for (const place of [
      ['sqlite', file, ''],
      ['dynamodb', local.endpoint, TABLE],
    ]) {
      const script = fileURLToPath(new URL('history-reading.ts', import.meta.url));
      const reads: { ms: number; cpuMs: number; positions: number; peakMiB: number }[] = [];
      for (const time of times) {
        const child = spawnSync(process.execPath, [script, ...place, FLOW, String(END), String(time)], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        reads.push(JSON.parse(child.stdout));
      }
      const slowest = Math.max(...reads.map(({ ms }) => ms));
      const cpuMs = Math.max(...reads.map((read) => read.cpuMs));
      const peakMiB = Math.max(...reads.map((read) => read.peakMiB));
      const least = Math.min(...reads.map(({ positions }) => positions));
      say(
        `state as of any time from ${place[0]}: ${Math.round(slowest)} ms at most (${Math.round(cpuMs)} ms of processor time), peak ${Math.round(peakMiB)} MiB, ${least} positions`,
      );
    }
  }
} finally {
  await local.stop();
  rmSync(folder, { recursive: true, force: true });
}
