import type { Flow } from '../../shared/domain/model/flow.ts';

/** The flow A->B with MM2's defaults and nothing excluded. */
export const SIMULATED_FLOW: Flow = {
  source: 'A',
  target: 'B',
  policy: { kind: 'default', separator: '.', internalSeparator: '.' },
  topics: ['.*'],
  topicsExclude: [],
  groups: ['.*'],
  groupsExclude: [],
  offsetSyncsLocation: 'source',
  emitOffsetSyncs: true,
  emitCheckpoints: { enabled: true, intervalMs: 60_000 },
  syncGroupOffsets: { enabled: true, intervalMs: 60_000 },
  emitHeartbeats: { enabled: true, intervalMs: 1_000 },
  heartbeatsReplication: true,
  offsetLagMax: 100,
  offsetFlushIntervalMs: 60_000,
  refreshTopicsIntervalMs: 600_000,
  refreshGroupsIntervalMs: 600_000,
  isolationLevel: 'read_uncommitted',
  autoOffsetReset: 'earliest',
  exactlyOnce: false,
  connectOffsets: { cluster: 'target', topic: 'mm2-offsets.A.internal' },
};
