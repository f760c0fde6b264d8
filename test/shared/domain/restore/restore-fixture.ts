import { HistoryState } from '../../../../shared/domain/history/history-state.ts';
import { DEFAULT_AUDIT_POLICY } from '../../../../shared/domain/judge/audit-policy.ts';
import type { FlowObservation, ObservedTopic } from '../../../../shared/domain/judge/observation.ts';
import { partitionStates } from '../../../../shared/domain/judge/partition-state.ts';
import type { GroupListing } from '../../../../shared/domain/model/cluster.ts';
import { read } from '../../../../shared/domain/model/outcome.ts';
import { PartitionMap } from '../../../../shared/domain/model/partition-map.ts';
import type { PresentGroup } from '../../../../shared/domain/restore/present-group.ts';
import type { RestoreInputs } from '../../../../shared/domain/restore/restore-inputs.ts';
import { DEFAULT_RESTORE_TERMS, type RestoreTerms } from '../../../../shared/domain/restore/restore-terms.ts';
import { type OnePartition, onePartition } from '../judge/one-partition.ts';

export const THEN = Date.parse('2026-11-20T10:00:00Z');
export const NOW = THEN + 600_000;
export const STEADY = [
  [0n, 0n],
  [100n, 100n],
  [1_000n, 1_000n],
] as const;

export interface RestoreCase {
  readonly onto?: 'source' | 'target';
  readonly partition?: OnePartition;
  /** Commits on t-0 at the plan's time, by group. */
  readonly commits?: Readonly<Record<string, bigint>>;
  /** Present commits on the cluster that the restore writes to. */
  readonly now?: Readonly<Record<string, bigint>>;
  readonly listing?: Partial<GroupListing>;
  /** The same of single groups. */
  readonly listings?: Readonly<Record<string, Partial<GroupListing>>>;
  readonly terms?: Partial<RestoreTerms>;
  readonly unmatched?: RestoreInputs['unmatched'];
  readonly compared?: boolean;
  readonly observation?: (observation: FlowObservation) => FlowObservation;
  readonly topic?: (topic: ObservedTopic) => ObservedTopic;
  readonly state?: (state: HistoryState) => void;
  readonly heldUntil?: number;
}

/** Inputs for a flow with one topic `t` of one partition; MM2's group sync is off unless the case enables it. */
export function restoreCase(of: RestoreCase = {}): RestoreInputs {
  const { onto = 'target', commits = { billing: 150n }, now = {} } = of;
  const one = onePartition({ syncs: STEADY, at: NOW, syncedAt: NOW - 1_000, ...of.partition });
  const flow = { ...one.observation.flow, syncGroupOffsets: { enabled: false, intervalMs: 60_000 } };
  const topics = [of.topic?.(one.topic) ?? one.topic];
  const plain = { ...one.observation, flow, topics };
  const state = new HistoryState(THEN - 30_000);
  for (const [group, offset] of Object.entries(commits)) {
    state.set({ kind: 'commit', role: 'source', group, topic: 't', partition: 0 }, offset);
  }
  of.state?.(state);
  const present = new Map(
    Object.keys(commits).map((group): [string, PresentGroup] => {
      const committed = new PartitionMap<bigint>();
      const offset = now[group];
      if (offset !== undefined) committed.set(onto === 'source' ? 't' : 'A.t', 0, offset);
      const listing: GroupListing = {
        group,
        state: 'Empty',
        type: 'classic',
        protocolType: '',
        ...of.listing,
        ...of.listings?.[group],
      };
      return [group, { listing: read(listing), committed: read(committed) }];
    }),
  );
  const observation = of.observation?.(plain) ?? plain;
  return {
    id: 'plan-1',
    onto,
    asOf: THEN,
    now: NOW,
    state,
    heldUntil: of.heldUntil ?? THEN,
    groups: Object.keys(commits),
    topic: null,
    unmatched: of.unmatched ?? [],
    compared: of.compared ?? false,
    observation,
    states: partitionStates(observation),
    metadata: { clusterId: 'cluster', brokers: [], topics: new Map() },
    present,
    policy: DEFAULT_AUDIT_POLICY,
    terms: { ...DEFAULT_RESTORE_TERMS, ...of.terms },
  };
}
