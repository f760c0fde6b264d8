import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { LabCluster } from '../../cluster.ts';
import { type Ran, runTidemark } from '../../demo/run-tidemark.ts';
import { countsOf, judgeExport, judgeReplay, type Lost, lostTruth } from './lost-truth.ts';
import type { ReconciledPartition } from './reconcile-result.ts';

const offset = z.string().transform(BigInt);
const base64 = z
  .string()
  .nullable()
  .transform((text) => (text === null ? null : Buffer.from(text, 'base64')));
const exportedLine = z.object({
  topic: z.string(),
  partition: z.number(),
  offset,
  timestamp: offset,
  key: base64,
  value: base64,
});
const listed = z.object({
  failover: z.string().nullable(),
  partitions: z.array(
    z.object({
      topic: z.string(),
      partition: z.number(),
      boundary: z.string(),
      lost: z.array(z.object({ from: offset, until: offset, records: offset })),
      unknown: z.array(z.object({ reason: z.string() })),
      equalAfterPoint: offset,
    }),
  ),
});
const replayed = z.object({
  hash: z.string().nullable(),
  refusals: z.array(z.string()),
  complete: z.boolean().nullable(),
});

const BIN = join(import.meta.dirname, '..', '..', '..', 'bin', 'tidemark.js');
const POLL_MS = 3;

/** One mirrored partition, and what the target lacked at the moment of the fault. */
export interface FaultedPartition {
  readonly topic: string;
  readonly targetTopic: string;
  readonly partition: number;
  readonly truth: ReadonlyMap<string, Lost>;
}

export interface ReconcileWorld {
  readonly scenario: string;
  readonly folder: string;
  readonly a: LabCluster;
  readonly b: LabCluster;
  /** Options of every command. */
  readonly common: readonly string[];
}

/** What each partition lacks now: nobody may write to the target until this has ended. */
export async function faultedPartitions(
  { a, b }: Pick<ReconcileWorld, 'a' | 'b'>,
  topics: ReadonlyMap<string, string>,
): Promise<FaultedPartition[]> {
  const faulted: FaultedPartition[] = [];
  for (const [topic, targetTopic] of topics) {
    for (const { partition } of await a.admin.listOffsets(topic)) {
      const [source, target] = [await a.admin.readRaw(topic, partition), await b.admin.readRaw(targetTopic, partition)];
      faulted.push({ topic, targetTopic, partition, truth: lostTruth(source, target) });
    }
  }
  return faulted;
}

/** Lists, exports, replays with a kill half way, replays again, lists again; and compares each with the truth. */
export async function playReconcile(
  world: ReconcileWorld,
  faulted: readonly FaultedPartition[],
  flags: readonly string[] = [],
): Promise<ReconciledPartition[]> {
  const { b, folder, scenario } = world;
  const file = join(folder, 'lost.jsonl');
  const exported = await tidemark(world, 'export', '--out', file);
  const list = listed.parse(JSON.parse(exported.stdout));
  for (const { topic, partition, unknown } of list.partitions) {
    for (const { reason } of unknown) process.stderr.write(`${scenario}: ${topic}-${partition}: unknown: ${reason}\n`);
  }
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  const found = lines.map((line) => exportedLine.parse(JSON.parse(line)));

  const before = await targetCounts(b, faulted);
  const planFile = join(folder, 'replay.json');
  const planned = replayed.parse(JSON.parse((await tidemark(world, 'replay', '--plan', planFile, ...flags)).stdout));
  if (planned.hash === null) throw new Error(`no plan: ${planned.refusals.join('; ')}`);
  await refusesWrongHash(world, planFile);
  await killHalfWay(world, ['replay', '--plan', planFile, '--approve', planned.hash], faulted);
  const half = await targetCounts(b, faulted);
  const again = await tidemark(world, 'replay', '--plan', planFile, '--approve', planned.hash);
  if (again.code !== 0) throw new Error(`the second run ended with ${again.code}: ${again.stdout.slice(0, 2_000)}`);
  // And once more: there must be nothing to do.
  await tidemark(world, 'replay', '--plan', planFile, '--approve', planned.hash);
  const after = await targetCounts(b, faulted);
  const left = listed.parse(JSON.parse((await tidemark(world, 'list')).stdout));
  rmSync(file);
  rmSync(planFile);

  return faulted.map((one) => {
    const { topic, partition, truth } = one;
    const isHere = (other: { readonly topic: string; readonly partition: number }) =>
      other.topic === topic && other.partition === partition;
    const judged = judgeExport(truth, found.filter(isHere));
    const was = before.get(one) ?? new Map();
    const { missing, twice } = judgeReplay(truth, was, after.get(one) ?? new Map());
    const stillLost = left.partitions.filter(isHere).flatMap(({ lost }) => lost.map(({ records }) => Number(records)));
    const wrong = judged.wrong + missing + stillLost.reduce((sum, count) => sum + count, 0);
    const writtenBeforeKill = sizeOf(half.get(one)) - sizeOf(was);
    return { scenario, partition: `${topic}-${partition}`, ...judged, wrong, twice, writtenBeforeKill };
  });
}

/** Runs one of the commands to its end. */
export async function tidemark({ common }: ReconcileWorld, command: string, ...args: readonly string[]): Promise<Ran> {
  return await runTidemark(['reconcile', command, ...args, ...common, '--format', 'json']);
}

async function refusesWrongHash(world: ReconcileWorld, plan: string): Promise<void> {
  const { code } = await tidemark(world, 'replay', '--plan', plan, '--approve', '0'.repeat(64));
  if (code !== 4) throw new Error(`a plan with another hash was not refused: ${code}`);
}

async function targetCounts(
  b: LabCluster,
  faulted: readonly FaultedPartition[],
): Promise<ReadonlyMap<FaultedPartition, Map<string, number>>> {
  const counts = new Map<FaultedPartition, Map<string, number>>();
  for (const one of faulted) counts.set(one, countsOf(await b.admin.readRaw(one.targetTopic, one.partition)));
  return counts;
}

function sizeOf(counts: ReadonlyMap<string, number> | undefined): number {
  return [...(counts?.values() ?? [])].reduce((sum, count) => sum + count, 0);
}

/** Kills the replay once the target has a part of the records. @throws if it was faster than the kill, or wrote nothing */
async function killHalfWay(
  { b, common, scenario }: ReconcileWorld,
  args: readonly string[],
  faulted: readonly FaultedPartition[],
): Promise<void> {
  const wanted = faulted.reduce((sum, { truth }) => sum + countOf(truth), 0);
  const topics = [...new Set(faulted.map(({ targetTopic }) => targetTopic))];
  const ends = async () =>
    (await b.admin.listOffsets(...topics)).reduce((sum, one) => sum + Number(one.highWatermark), 0);
  const start = await ends();
  const child = spawn(process.execPath, [BIN, 'reconcile', ...args, ...common], {
    env: { ...process.env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = new Promise<string>((resolve) => child.on('close', (code, signal) => resolve(signal ?? String(code))));
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  while (!isOver && (await ends()) - start < wanted / 5) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  child.kill('SIGKILL');
  const how = await ended;
  if (how !== 'SIGKILL') throw new Error(`the replay ended with ${how} before it could be killed`);
  const written = (await ends()) - start;
  process.stderr.write(`${scenario}: killed after ${written} of ${wanted} records\n`);
  if (written === 0 || written >= wanted) throw new Error(`killed after ${written} of ${wanted} records: not half way`);
}

function countOf(truth: ReadonlyMap<string, Lost>): number {
  return [...truth.values()].reduce((sum, { count }) => sum + count, 0);
}
