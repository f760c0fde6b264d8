import * as z from 'zod';

/** The agent sends offsets and timestamps as decimal strings. */
export const int64 = z.string().transform((text) => BigInt(text));

export const done = z.unknown().transform(() => undefined);

export const nodeIds = z.array(z.number());

export const count = z.int();

export const topicIds = z.record(z.string(), z.string());

export const topicDescriptions = z.record(
  z.string(),
  /** By partition: the leader, and how many replicas are in sync. */
  z.object({ id: z.string(), leaders: z.array(z.number().nullable()), inSync: z.array(z.number()) }),
);
export type TopicDescription = z.infer<typeof topicDescriptions>[string];

export const partitionOffsets = z.array(
  z.object({
    topic: z.string(),
    partition: z.number(),
    start: int64,
    highWatermark: int64,
    lastStableOffset: int64,
  }),
);
export type PartitionOffsets = z.infer<typeof partitionOffsets>[number];

export const groupListings = z.array(
  z.object({ group: z.string(), type: z.string(), state: z.string(), protocol: z.string() }),
);
export type AgentGroupListing = z.infer<typeof groupListings>[number];

export const committedOffsets = z.array(
  z.object({ topic: z.string(), partition: z.number(), offset: int64, leaderEpoch: z.int().optional() }),
);
export type GroupOffset = z.infer<typeof committedOffsets>[number];

export const produced = z.object({ firstOffset: int64, lastOffset: int64 });
export type Produced = z.infer<typeof produced>;

export const readRange = z.object({ start: int64, end: int64 });

export const rawRecords = z.array(
  z.object({
    offset: int64,
    timestamp: int64,
    key: z.string().nullable(),
    value: z.string().nullable(),
  }),
);

export const topicNames = z.array(z.string());

export const recordIds = z.array(z.object({ offset: int64, id: z.string() }));
/** `id` is empty for a record that the lab did not write. */
export type RecordId = z.infer<typeof recordIds>[number];

export const consumedRecords = z.array(
  z.object({ topic: z.string(), partition: z.number(), offset: int64, id: z.string() }),
);
/** A record that a group's consumer received. */
export type ConsumedRecord = z.infer<typeof consumedRecords>[number];
