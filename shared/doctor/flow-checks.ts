import { remoteTopic } from '../domain/mirror/replication-policy.ts';
import { selectionOf } from '../domain/mirror/selection.ts';
import type { LogOffsets } from '../domain/model/cluster.ts';
import { counted } from '../domain/model/figures.ts';
import type { Flow } from '../domain/model/flow.ts';
import { flowName } from '../domain/model/flow.ts';
import type { Outcome } from '../domain/model/outcome.ts';
import type { ClusterReader } from '../ports.ts';
import { type InternalTopic, internalTopicsOf } from '../survey/required-permissions.ts';
import type { Check } from './check.ts';
import type { Examined } from './cluster-checks.ts';
import { attempt } from './cluster-checks.ts';

/** Enough to show that the permission works, and cheap: one record is read per topic. */
const TOPICS_TRIED = 50;

/** Checks everything that an audit of one flow relies on, except its two clusters, which have their own checks. */
export async function examineFlow(
  flow: Flow,
  clusters: ReadonlyMap<string, Examined>,
  add: (check: Check) => void,
): Promise<void> {
  const subject = flowName(flow);
  checkSettings(flow, subject, add);
  for (const internal of internalTopicsOf(flow)) await checkInternalTopic(internal, subject, clusters, add);
  const source = clusters.get(flow.source);
  const target = clusters.get(flow.target);
  if (source?.metadata == null) {
    const detail = `cluster ${flow.source} could not be read`;
    add({ subject, what: 'mirrored topics', status: 'unknown', detail, remedy: null });
    return;
  }
  const selection = selectionOf(flow);
  const mirrored = [...source.metadata.topics.keys()].filter((topic) => selection.topic(topic) === 'mirrored');
  add({
    subject,
    what: 'mirrored topics',
    status: mirrored.length > 0 ? 'ok' : 'warn',
    detail: `the configuration selects ${counted(mirrored.length, 'topic')} of ${flow.source}`,
    remedy:
      mirrored.length > 0
        ? null
        : 'look at topics and topics.exclude; topics that the principal may not Describe are invisible',
  });
  await checkReadable(source.reader, mirrored, `topics on ${flow.source}`, subject, add);
  await checkCommits(source, (group) => selection.group(group), subject, add);
  if (target?.metadata == null) {
    const detail = `cluster ${flow.target} could not be read`;
    add({ subject, what: 'replicas', status: 'unknown', detail, remedy: null });
    return;
  }
  const onTarget = target.metadata.topics;
  const replicas = mirrored.map((topic) => remoteTopic(flow.policy, flow.source, topic));
  const there = replicas.filter((topic) => onTarget.has(topic));
  checkReplicas(flow, mirrored.length, there.length, replicas[0], subject, add);
  await checkReadable(target.reader, there, `replicas on ${flow.target}`, subject, add);
}

function checkSettings(flow: Flow, subject: string, add: (check: Check) => void): void {
  const warn = (what: string, detail: string, remedy: string): void =>
    add({ subject, what, status: 'warn', detail, remedy });
  if (!flow.emitOffsetSyncs) {
    warn(
      'offset syncs',
      'MirrorMaker writes none, so no group position can be translated',
      'set emit.offset-syncs.enabled=true',
    );
  }
  if (!flow.emitCheckpoints.enabled) {
    warn(
      'checkpoints',
      'MirrorMaker writes none, so it does not translate group positions',
      'set emit.checkpoints.enabled=true',
    );
  }
  if (!flow.syncGroupOffsets.enabled) {
    warn(
      'group offset sync',
      'is off: after a failover, groups start where auto.offset.reset says, unless you set their offsets',
      'set sync.group.offsets.enabled=true, or plan to set the offsets from the audit report',
    );
  }
  if (!flow.emitHeartbeats.enabled) {
    warn(
      'heartbeats',
      `MirrorMaker writes none on ${flow.source}, so an idle mirror looks like a stopped one`,
      `run MirrorMaker's heartbeat connector with ${flow.source} as its target`,
    );
  }
}

async function checkInternalTopic(
  { role, cluster, topic }: InternalTopic,
  subject: string,
  clusters: ReadonlyMap<string, Examined>,
  add: (check: Check) => void,
): Promise<void> {
  const what = `${role} topic`;
  const examined = clusters.get(cluster);
  if (examined?.metadata == null) {
    add({ subject, what, status: 'unknown', detail: `${topic}: cluster ${cluster} could not be read`, remedy: null });
    return;
  }
  if (!examined.metadata.topics.has(topic)) {
    add({
      subject,
      what,
      status: 'fail',
      detail: `${topic} does not exist on ${cluster}, or the principal may not Describe it`,
      remedy: remedyFor(role),
    });
    return;
  }
  await attempt(subject, what, add, async () => {
    const read = await readOne(examined.reader, [topic]);
    const problem = read.problems[0];
    add({
      subject,
      what,
      status: problem === undefined ? 'ok' : 'fail',
      detail: problem ?? `${topic} on ${cluster} is readable${read.records === 0 ? ', and empty' : ''}`,
      remedy: problem === undefined ? null : `grant Read on ${topic}, or bring its brokers back`,
    });
  });
}

function remedyFor(role: InternalTopic['role']): string {
  switch (role) {
    case 'offset-syncs':
    case 'checkpoints':
      return 'start MirrorMaker, grant Describe and Read, or correct aliases, replication policy and separator';
    case 'heartbeats':
      return 'run MirrorMaker’s heartbeat connector into the source as well, or grant Describe and Read';
    case 'connect-offsets':
      return 'start MirrorMaker, grant Describe and Read, or correct the name of Connect’s offset topic';
  }
}

function checkReplicas(
  flow: Flow,
  mirrored: number,
  there: number,
  example: string | undefined,
  subject: string,
  add: (check: Check) => void,
): void {
  if (example === undefined) return;
  add({
    subject,
    what: 'replicas',
    status: there === mirrored ? 'ok' : there === 0 ? 'fail' : 'warn',
    detail: `${there} of ${mirrored} exist on ${flow.target} with the names of this policy, such as ${example}`,
    remedy:
      there === mirrored
        ? null
        : 'MirrorMaker creates missing ones at its next refresh; where none is there, the replication policy or the permissions are wrong',
  });
}

async function checkReadable(
  reader: ClusterReader,
  topics: readonly string[],
  what: string,
  subject: string,
  add: (check: Check) => void,
): Promise<void> {
  if (topics.length === 0) return;
  await attempt(subject, what, add, async () => {
    const tried = topics.slice(0, TOPICS_TRIED);
    const { problems } = await readOne(reader, tried);
    const [problem] = problems;
    add({
      subject,
      what,
      status: problem === undefined ? 'ok' : 'fail',
      detail:
        problem === undefined
          ? `readable${tried.length < topics.length ? ` (tried ${tried.length} of ${topics.length})` : ''}`
          : `${problems.length} of ${tried.length} cannot be read: ${problem}`,
      remedy: problem === undefined ? null : 'grant Read on them, or bring their brokers back',
    });
  });
}

/** Reads log offsets and the first record of partition 0 of each topic. */
async function readOne(
  reader: ClusterReader,
  topics: readonly string[],
): Promise<{ readonly records: number; readonly problems: readonly string[] }> {
  const offsets = await reader.offsets(topics);
  const problems: string[] = [];
  const peeks = topics.flatMap((topic) => {
    const first: Outcome<LogOffsets> | undefined = offsets.get(topic)?.[0];
    if (first === undefined) return [];
    if (first.kind === 'unread') {
      problems.push(first.unread.message);
      return [];
    }
    const { start, highWatermark } = first.value;
    const isolation = 'read_uncommitted' as const;
    return start < highWatermark ? [{ topic, partition: 0, offset: start, until: start + 1n, isolation }] : [];
  });
  for (const outcome of peeks.length === 0 ? [] : await reader.peek(peeks)) {
    if (outcome.kind === 'unread') problems.push(outcome.unread.message);
  }
  return { records: peeks.length, problems };
}

async function checkCommits(
  source: Examined,
  isMirrored: (group: string) => boolean,
  subject: string,
  add: (check: Check) => void,
): Promise<void> {
  if (source.groups === null) {
    add({ subject, what: 'group commits', status: 'unknown', detail: 'the groups could not be listed', remedy: null });
    return;
  }
  const groups = source.groups.map(({ group }) => group).filter(isMirrored);
  if (groups.length === 0) {
    add({
      subject,
      what: 'group commits',
      status: 'warn',
      detail: `the configuration selects none of ${counted(source.groups.length, 'group')} of ${source.reader.alias}`,
      remedy: 'check "groups" and "groups.exclude"; groups that the principal may not Describe are invisible',
    });
    return;
  }
  await attempt(subject, 'group commits', add, async () => {
    const unread = [...(await source.reader.commits(groups)).values()].filter((outcome) => outcome.kind === 'unread');
    add({
      subject,
      what: 'group commits',
      status: unread.length === 0 ? 'ok' : 'fail',
      detail:
        unread[0] === undefined
          ? counted(groups.length, 'group is readable', 'groups are readable')
          : `${unread.length} of ${counted(groups.length, 'group')} cannot be read: ${unread[0].unread.message}`,
      remedy: unread.length === 0 ? null : 'grant Describe on them, or bring their coordinator back',
    });
  });
}
