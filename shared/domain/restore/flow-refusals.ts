import type { ObservedTopic } from '../judge/observation.ts';
import { flowName } from '../model/flow.ts';
import type { Refusal } from './refusal.ts';
import type { RestoreInputs } from './restore-inputs.ts';

/** What speaks against a restore of the flow as a whole, or of one of its topics. */
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
  const remedy = 'A restore reads the cluster that it writes to: try again when it answers.';
  return [{ code: 'CLUSTER_UNREAD', subject: { cluster }, reason: down.message, remedy }];
}

function unmatched(inputs: RestoreInputs): Refusal[] {
  return inputs.unmatched.map((group) => ({
    code: 'GROUP_UNKNOWN',
    subject: { group, flow: flowOf(inputs) },
    reason: `no group of this name had a position${inputs.topic === undefined ? '' : ' on such a topic'} as of ${isoOf(inputs.asOf)}`,
    remedy: 'Correct the name, or choose a later time.',
  }));
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
  const reason = `the positions were last read at ${isoOf(inputs.heldUntil)}, ${seconds} s before the time asked for`;
  const remedy = `--max-age ${seconds} accepts them; groups may have moved on in between, and would read that again.`;
  return [{ code, subject, reason, remedy }];
}

/**
 * A mapping that cannot be read any more, the source being dead, and that was last read long before MM2 stopped: records
 * that it wrote again in between would be read twice beyond the bound. The last heartbeat tells when it stopped, where
 * there is one.
 */
function mappingTooOld(inputs: RestoreInputs): Refusal[] {
  const { observation, onto, terms } = inputs;
  const { syncs, remembered, heartbeat, flow } = observation;
  if (onto === 'source' || syncs.kind !== 'unread' || remembered === null) return [];
  const readAt = remembered.readAt[flow.offsetSyncsLocation];
  const newest = heartbeat.kind === 'read' && heartbeat.value !== null ? Number(heartbeat.value.newest) : null;
  const age = (newest ?? observation.at) - readAt;
  if (age <= terms.maxAgeMs) return [];
  const seconds = Math.ceil(age / 1000);
  const until = newest === null ? 'nothing tells when MirrorMaker stopped' : `MirrorMaker ran until ${isoOf(newest)}`;
  return [
    {
      code: 'INPUT_TOO_OLD',
      subject: { flow: flowOf(inputs) },
      reason: `the mapping was last read at ${isoOf(readAt)}, and ${until}`,
      remedy: `--max-age ${seconds} accepts it: what MirrorMaker wrote again since would be read twice beyond the bounds.`,
    },
  ];
}

/** Groups that the snapshot's audit could not read: what it has of them is older than it says. */
function unreadThen({ state, groups }: RestoreInputs): Refusal[] {
  const chosen = new Set(groups);
  return state.unread.flatMap(({ role, kind, name }) => {
    if (role !== 'source' || kind !== 'group' || !chosen.has(name)) return [];
    const reason = `the audit of ${isoOf(state.at)} could not read it: its positions are of an unknown earlier time`;
    return [{ code: 'INPUT_UNREAD', subject: { group: name }, reason, remedy: 'Choose a time at which it was read.' }];
  });
}

/** Topics that are not those of the time asked for: their offsets mean something else. */
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
    // A rewind of the source has nothing to do with the target.
    return (onto === 'source' ? sides.slice(0, 1) : sides).flatMap(({ cluster, name, now, before }): Refusal[] => {
      if (now === null || before === undefined || now === before) return [];
      return [
        {
          code: 'TOPIC_RECREATED',
          subject: { cluster, topic: name },
          reason: `the topic of ${isoOf(inputs.asOf)} had the id ${before}, today's has ${now}`,
          remedy: 'Leave the topic out, or choose a time after it was created again.',
        },
      ];
    });
  });
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
