import { HistoryState } from '../../../../shared/domain/history/history-state.ts';
import type { GroupListing } from '../../../../shared/domain/model/cluster.ts';
import { read } from '../../../../shared/domain/model/outcome.ts';
import { PartitionMap } from '../../../../shared/domain/model/partition-map.ts';
import { decideRestore, type RestoreDecision } from '../../../../shared/domain/restore/decide-restore.ts';
import type { PresentGroup } from '../../../../shared/domain/restore/present-group.ts';
import type { RestoreInputs } from '../../../../shared/domain/restore/restore-inputs.ts';
import { DEFAULT_RESTORE_TERMS, type RestoreTerms } from '../../../../shared/domain/restore/restore-terms.ts';
import { AT, type FlowCase, MINUTE } from '../judge/case-shapes.ts';
import { flowCase } from '../judge/flow-case.ts';

/** `group topic-partition` and the offset. */
export type Commits = Readonly<Record<string, bigint>>;

export interface RestoreOf {
  readonly flow?: FlowCase;
  readonly onto?: 'source' | 'target';
  /** The commits on the source as of the plan's time; `billing orders-0` at 500 where absent. */
  readonly commits?: Commits;
  /** The commits of now on the cluster that is written to, by the topics' names there. */
  readonly now?: Commits;
  readonly terms?: Partial<RestoreTerms>;
  readonly inputs?: Partial<RestoreInputs>;
}

/** As of when groups are restored; the audit before it was half a minute earlier. */
export const THEN = AT - 10 * MINUTE;

/** Decides a restore of a flow as the judge's cases state it; MM2 moves no groups unless the case says so. */
export function restoreOf(of: RestoreOf = {}): RestoreDecision {
  const { onto = 'target', commits = { 'billing orders-0': 500n }, now = {} } = of;
  const syncGroupOffsets = { enabled: false, intervalMs: MINUTE };
  const { observation, states, policy } = flowCase({ ...of.flow, flow: { syncGroupOffsets, ...of.flow?.flow } });
  const state = new HistoryState(THEN - 30_000);
  for (const [group, topic, partition, offset] of split(commits)) {
    state.set({ kind: 'commit', role: 'source', group, topic, partition }, offset);
  }
  const groups = [...new Set(split(commits).map(([group]) => group))];
  return decideRestore({
    id: 'plan-1',
    onto,
    asOf: THEN,
    now: AT,
    state,
    heldUntil: THEN,
    groups,
    unmatched: [],
    compared: false,
    topic: null,
    observation,
    states,
    metadata: { clusterId: 'cluster', brokers: [], topics: new Map() },
    present: new Map(groups.map((group) => [group, presentOf(group, now)])),
    policy,
    terms: { ...DEFAULT_RESTORE_TERMS, ...of.terms },
    ...of.inputs,
  } as RestoreInputs);
}

function presentOf(group: string, now: Commits): PresentGroup {
  const committed = new PartitionMap<bigint>();
  for (const [name, topic, partition, offset] of split(now))
    if (name === group) committed.set(topic, partition, offset);
  const listing: GroupListing = { group, state: 'Empty', type: 'classic', protocolType: '' };
  return { listing: read(listing), committed: read(committed) };
}

function split(commits: Commits): (readonly [group: string, topic: string, partition: number, offset: bigint])[] {
  return Object.entries(commits).map(([key, offset]) => {
    const [group = '', place = ''] = key.split(' ');
    const at = place.lastIndexOf('-');
    return [group, place.slice(0, at), Number(place.slice(at + 1)), offset];
  });
}
