import type { ObservedTopic } from '../judge/observation.ts';
import { flowName } from '../model/flow.ts';
import { iso } from '../model/iso-time.ts';
import type { Refusal } from './refusal.ts';
import type { RestoreInputs, UnmatchedName } from './restore-inputs.ts';

/** Reasons to refuse a restore of the whole flow, or of one of its topics. */
export function flowRefusals(inputs: RestoreInputs, cluster: string): Refusal[] {
  return [
    ...unreachable(inputs, cluster),
    ...unmatched(inputs),
    ...tooOld(inputs),
    ...mappingTooOld(inputs),
    ...unreadThen(inputs),
    ...recreated(inputs),
  ];
}

function flowOf({ observation: { flow } }: RestoreInputs): string {
  return flowName(flow);
}

function unreachable({ onto, observation }: RestoreInputs, cluster: string): Refusal[] {
  const down = onto === 'source' ? observation.sourceDown : observation.targetDown;
  if (down === null) return [];
  const remedy = 'A restore must read the cluster that it writes to. Try again when the cluster answers.';
  return [{ code: 'CLUSTER_UNREAD', subject: { cluster }, reason: down.message, remedy }];
}

function unmatched(inputs: RestoreInputs): Refusal[] {
  const had = `had a position${inputs.topic === null ? '' : ' on the selected topics'} as of ${iso(inputs.asOf)}`;
  return inputs.unmatched.map(({ kind, name }) => ({
    code: 'GROUP_UNKNOWN',
    subject: { group: name, flow: flowOf(inputs) },
    ...textOf(kind, had),
  }));
}

function textOf(kind: UnmatchedName['kind'], had: string): Pick<Refusal, 'reason' | 'remedy'> {
  switch (kind) {
    case 'unknown':
      return { reason: `no group with this name ${had}`, remedy: 'Correct the name, or choose a later time.' };
    case 'excluded':
      return { reason: '--exclude removes every group with this name', remedy: 'Leave out one of the two.' };
    case 'excludes-nothing': {
      // A slip in the name of a group that must not move would move it.
      const reason = `it is to be excluded, and no group with this name ${had}`;
      return { reason, remedy: 'Correct the name, or remove this --exclude.' };
    }
  }
}

/** What accepts this age also a while later: until the command is run again, the age can grow. */
function acceptedAge(ageMs: number): number {
  return Math.ceil(ageMs / 600_000) * 600 + 600;
}

function tooOld(inputs: RestoreInputs): Refusal[] {
  const age = inputs.asOf - inputs.heldUntil;
  if (age <= inputs.terms.maxAgeMs) return [];
  const seconds = Math.ceil(age / 1000);
  const subject = { flow: flowOf(inputs) };
  const code = 'INPUT_TOO_OLD';
  if (inputs.heldUntil <= 0) {
    return [{ code, subject, reason: 'no audit has read the source', remedy: 'Choose a later time.' }];
  }
  const reason = `the positions were last read at ${iso(inputs.heldUntil)}, ${seconds} s before the requested time`;
  const remedy = `--max-age ${acceptedAge(age)} accepts them. If a group consumed records in between, it re-reads them.`;
  return [{ code, subject, reason, remedy }];
}

/**
 * With a dead source the mapping cannot be read. If it was last read long before MM2 stopped, MM2 may have written
 * records twice in between, and groups would re-read more than the bound. The last heartbeat, if there is one, shows
 * when MM2 stopped.
 */
function mappingTooOld(inputs: RestoreInputs): Refusal[] {
  const { observation, onto, terms } = inputs;
  const { syncs, remembered, heartbeat, flow } = observation;
  if (onto === 'source' || syncs.kind !== 'unread' || remembered === null) return [];
  const readAt = remembered.readAt[flow.offsetSyncsLocation];
  const newest = heartbeat.kind === 'read' && heartbeat.value !== null ? Number(heartbeat.value.newest) : null;
  const age = (newest ?? observation.at) - readAt;
  if (age <= terms.maxAgeMs) return [];
  const until = newest === null ? 'it is not known when MirrorMaker stopped' : `MirrorMaker ran until ${iso(newest)}`;
  return [
    {
      code: 'INPUT_TOO_OLD',
      subject: { flow: flowOf(inputs) },
      reason: `the mapping was last read at ${iso(readAt)}, and ${until}`,
      remedy: `--max-age ${acceptedAge(age)} accepts it. If MirrorMaker wrote records twice since then, groups re-read more than the bounds say.`,
    },
  ];
}

/** Groups that the snapshot's audit could not read: their positions are older than the snapshot. */
function unreadThen({ state, groups, terms, newest }: RestoreInputs): Refusal[] {
  if (terms.evenIfUnread || newest !== undefined) return [];
  const chosen = new Set(groups);
  return state.unread.flatMap(({ role, kind, name }) => {
    if (role !== 'source' || kind !== 'group' || !chosen.has(name)) return [];
    const reason = `the audit of ${iso(state.at)} could not read the group: its positions are older, by how much is not known`;
    const remedy = 'Choose a time at which the audit read the group, or leave it out with --exclude.';
    return [{ code: 'INPUT_UNREAD', subject: { group: name }, reason, remedy }];
  });
}

/** Topics that were recreated since the requested time: their offsets denote other records. */
function recreated(inputs: RestoreInputs): Refusal[] {
  const { observation, state, onto, topic: isWanted } = inputs;
  const { flow } = observation;
  const wanted = (topic: ObservedTopic) => isWanted?.(topic.topic) ?? true;
  return observation.topics.filter(wanted).flatMap((topic) => {
    const sides = [
      { cluster: flow.source, name: topic.topic, now: topic.sourceId, before: state.topicIds.source.get(topic.topic) },
      {
        cluster: flow.target,
        name: topic.targetTopic,
        now: topic.targetId,
        before: state.topicIds.target.get(topic.targetTopic),
      },
    ];
    // A restore onto the source does not use the target topic.
    return (onto === 'source' ? sides.slice(0, 1) : sides).flatMap(({ cluster, name, now, before }): Refusal[] => {
      if (now === null || before === undefined || now === before) return [];
      return [
        {
          code: 'TOPIC_RECREATED',
          subject: { cluster, topic: name },
          reason: `as of ${iso(inputs.asOf)} the topic had the id ${before}, now it has ${now}`,
          remedy: 'Select other topics with --topic, or choose a time after it was recreated.',
        },
      ];
    });
  });
}
