import { readFileSync } from 'node:fs';
import * as z from 'zod';

/** `[partition, start, highWatermark, lastStableOffset]` */
const logEnds = z.tuple([z.number(), z.number(), z.number(), z.number()]);
/** `[offset, timestampMs, key, value, …]`; keys and values in hex, or as text for Connect offsets. */
const recordRow = z.tuple([z.number(), z.number(), z.string(), z.string().nullable()]).rest(z.unknown());
const connectRow = z.tuple([z.number(), z.number(), z.number(), z.string(), z.string().nullable()]).rest(z.unknown());
const log = z.object({ firstRowsSameAsPreviousSnapshot: z.number().optional(), rows: z.array(recordRow) });
const runs = z.array(z.tuple([z.number(), z.number(), z.number()]));
/** `[position, "rereads", n, "skips", n]` */
const standing = z.tuple([z.number(), z.literal('rereads'), z.number(), z.literal('skips'), z.number()]);

const cluster = z.object({
  clusterId: z.string(),
  groups: z.record(
    z.string(),
    z.object({
      state: z.string(),
      type: z.string(),
      protocol: z.string(),
      committed: z.record(z.string(), z.number()),
    }),
  ),
  topics: z.record(
    z.string(),
    z.object({
      id: z.string(),
      replicationFactor: z.number(),
      partitions: z.array(logEnds),
      partitionCount: z.number().optional(),
    }),
  ),
  syncs: z.record(z.string(), log).default({}),
  checkpoints: z.record(z.string(), log).default({}),
  heartbeats: z.record(z.string(), log).default({}),
  connectOffsets: z
    .record(z.string(), z.object({ firstRowsSameAsPreviousSnapshot: z.number().optional(), rows: z.array(connectRow) }))
    .default({}),
});

const partitionTruth = z.object({
  partition: z.number(),
  runs,
  lastCopyRuns: runs.optional(),
  sourceFirstLastTimestamp: z.tuple([z.number(), z.number()]).optional(),
  syncSpotChecks: z
    .array(
      z.tuple([
        z.number(),
        z.number(),
        z.number(),
        z.number().nullable(),
        z.number().nullable(),
        z.boolean().nullable(),
      ]),
    )
    .default([]),
  missingCount: z.number(),
  missingOnTarget: z.array(z.tuple([z.number(), z.number()])).default([]),
  groups: z.record(
    z.string(),
    z.object({
      sourceCommitted: z.number(),
      rereadZeroFrom: z.number(),
      skipZeroUpTo: z.number(),
      translateOffsets: standing.nullish(),
      targetCommitted: standing.nullish(),
    }),
  ),
});

const recordingSchema = z.object({
  scenario: z.string(),
  title: z.string(),
  mm2Properties: z.record(z.string(), z.string()),
  snapshots: z.array(
    z.object({
      label: z.string(),
      atMs: z.number(),
      mm2Running: z.boolean(),
      clusters: z.record(z.string(), cluster),
      truth: z
        .array(
          z.object({
            source: z.string(),
            target: z.string(),
            sourceTopicId: z.string().nullish(),
            targetTopicId: z.string().nullish(),
            partitions: z.array(partitionTruth),
          }),
        )
        .nullish(),
    }),
  ),
});

export type Recording = z.infer<typeof recordingSchema>;
export type RecordedSnapshot = Recording['snapshots'][number];
export type RecordedClusterState = z.infer<typeof cluster>;
export type RecordedPartitionTruth = z.infer<typeof partitionTruth>;

/** Reads a recording of a real MM2 run, and restores the rows that a snapshot shares with the one before. */
export function readRecording(file: string): Recording {
  const recording = recordingSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const previous = new Map<string, unknown[]>();
  for (const snapshot of recording.snapshots) {
    for (const [alias, state] of Object.entries(snapshot.clusters)) {
      for (const kind of ['syncs', 'checkpoints', 'heartbeats', 'connectOffsets'] as const) {
        for (const [topic, rows] of Object.entries<{
          firstRowsSameAsPreviousSnapshot?: number | undefined;
          rows: unknown[];
        }>(state[kind])) {
          const key = `${alias}/${kind}/${topic}`;
          const kept = previous.get(key)?.slice(0, rows.firstRowsSameAsPreviousSnapshot ?? 0) ?? [];
          rows.rows = [...kept, ...rows.rows];
          previous.set(key, rows.rows);
        }
      }
    }
  }
  return recording;
}
