import type { ObservedTopic } from '../observation.ts';
import type { Refusal } from './refusal.ts';
import type { RestoreInputs } from './restore-inputs.ts';

/** What speaks against a restore of the flow as a whole, or of one of its topics. */
export function flowRefusals(inputs: RestoreInputs, cluster: string): Refusal[] {
  return [
    ...unreachable(inputs, cluster),
    ...unmatched(inputs),
    ...tooOld(inputs),
    ...unreadThen(inputs),
    ...recreated(inputs),
  ];
}

function flowOf({ observation: { flow } }: RestoreInputs): string {
  return `${flow.source}->${flow.target}`;
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
    reason: `no group of this name had a position as of ${isoOf(inputs.asOf)}`,
    remedy: 'Correct the name, or choose a later time.',
  }));
}

function tooOld(inputs: RestoreInputs): Refusal[] {
  const age = inputs.asOf - inputs.heldUntil;
  if (age <= inputs.terms.maxAgeMs) return [];
  const seconds = Math.ceil(age / 1000);
  return [
    {
      code: 'INPUT_TOO_OLD',
      subject: { flow: flowOf(inputs) },
      reason: `the positions were last read at ${isoOf(inputs.heldUntil)}, ${seconds} s before the time asked for`,
      remedy: `--max-age ${seconds} accepts them; groups may have moved on in between, and would read that again.`,
    },
  ];
}

/** Parts of the snapshot that its audit could not read: what it has of them is older than it says. */
function unreadThen(inputs: RestoreInputs): Refusal[] {
  const { state, groups } = inputs;
  const at = isoOf(state.at);
  const remedy = 'Choose a time at which it was read.';
  const parts = state.unread.filter(({ role, kind }) => role === 'source' && kind !== 'syncs');
  if (parts.some(({ kind }) => kind === 'cluster')) {
    const reason = `the audit of ${at} could not read the source, so that the positions are of an unknown earlier time`;
    return [{ code: 'INPUT_UNREAD', subject: { flow: flowOf(inputs) }, reason, remedy }];
  }
  return parts.flatMap(({ kind, name }) =>
    kind === 'group' && groups.includes(name)
      ? [{ code: 'INPUT_UNREAD', subject: { group: name }, reason: `the audit of ${at} could not read it`, remedy }]
      : [],
  );
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
