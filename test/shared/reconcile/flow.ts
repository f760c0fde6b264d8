import type { Flow } from '../../../shared/domain/model/flow.ts';

/** A flow `A->B` of all topics, with MM2's defaults. */
export function flowOf(
  kind: 'default' | 'identity',
  isolationLevel: Flow['isolationLevel'] = 'read_uncommitted',
): Flow {
  return {
    source: 'A',
    target: 'B',
    policy: { kind, separator: '.', internalSeparator: '.' },
    topics: ['.*'],
    topicsExclude: [],
    groups: ['.*'],
    groupsExclude: [],
    offsetSyncsLocation: 'source',
    emitOffsetSyncs: true,
    emitCheckpoints: { enabled: true, intervalMs: 1_000 },
    syncGroupOffsets: { enabled: false, intervalMs: 1_000 },
    emitHeartbeats: { enabled: false, intervalMs: 1_000 },
    heartbeatsReplication: false,
    offsetLagMax: 100,
    offsetFlushIntervalMs: 1_000,
    refreshTopicsIntervalMs: 1_000,
    refreshGroupsIntervalMs: 1_000,
    isolationLevel,
    autoOffsetReset: 'earliest',
    exactlyOnce: false,
    connectOffsets: null,
  };
}
