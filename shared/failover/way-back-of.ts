import type { RunRecord } from '../domain/failover/run-record.ts';
import { type Flow, flowName } from '../domain/model/flow.ts';
import type { ClusterReader, MirrorEnd } from '../ports.ts';
import { originOf } from './failback-origin.ts';
import { NEWEST_RUNS } from './failover-to-take-back.ts';
import { type StoredRun, storedRun } from './run-entry-schema.ts';
import type { RunStore } from './run-store.ts';
import { mirroredEnds } from './steps/stop-mirror.ts';
import type { FailbackOrigin, Unmirrored, WayBack } from './way-back.ts';

export interface WayBackParts {
  readonly runs: RunStore;
  /** The failover that is taken back. */
  readonly origin: StoredRun;
  /** The flow that leads back. */
  readonly back: Flow;
  readonly levers: Pick<WayBack, 'offsets' | 'forwardOffsets' | 'forwardMirror' | 'targetFence'>;
  readonly reader: (alias: string) => ClusterReader;
  readonly unmirrored: (origin: FailbackOrigin) => Promise<Unmirrored>;
}

/** What a failback works on beside its own flow. */
export async function wayBackOf(parts: WayBackParts): Promise<WayBack> {
  const { runs, back, levers, reader } = parts;
  const failbacks = await failbacksOf(runs, flowName(back));
  const origin = originOf(parts.origin, failbacks);
  const topics = origin.topics.map(({ targetTopic }) => targetTopic);
  return {
    ...levers,
    origin,
    leftBefore: leftBy(failbacks),
    groupsAway: async () => await groupsOn(reader(back.source), topics),
    unmirrored: async () => await parts.unmirrored(origin),
  };
}

/** Newest first. */
async function failbacksOf(runs: RunStore, flow: string): Promise<RunRecord[]> {
  const found: RunRecord[] = [];
  for (const run of await runs.runs(NEWEST_RUNS)) {
    const stored = storedRun(run, await runs.read(run));
    if (stored?.record.subject.mode === 'failback' && stored.record.subject.flow === flow) found.push(stored.record);
  }
  return found;
}

/** Where the newest completed failback left the offsets of its mirror. */
function leftBy(failbacks: readonly RunRecord[]): readonly MirrorEnd[] | null {
  const step = failbacks.find(({ phase }) => phase === 'completed')?.steps.get('stop-mirror');
  const ends = mirroredEnds.safeParse(step?.kind === 'done' ? step.evidence : null);
  return ends.success ? ends.data.mirrored : null;
}

/** Groups that have a position on any of these topics. */
async function groupsOn(reader: ClusterReader, topics: readonly string[]): Promise<readonly string[]> {
  try {
    const { groups } = await reader.groups();
    const commits = await reader.commits(groups.map(({ group }) => group));
    return [...commits].flatMap(([group, found]) =>
      found.kind === 'read' && found.value.some(({ topic }) => topics.includes(topic)) ? [group] : [],
    );
  } finally {
    await reader.close();
  }
}
