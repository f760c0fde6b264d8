import * as z from 'zod';
import { type Flow, flowName } from '../../domain/model/flow.ts';
import { withoutHidden } from '../../domain/model/hidden-characters.ts';
import { KnownSecrets } from '../../domain/model/known-secrets.ts';
import type { MirrorConnector, MirrorConnectorKind } from '../../domain/model/mirror-connector.ts';
import { ConnectFailure } from './connect-failure.ts';
import { failureCause } from './failure-cause.ts';

/** Characters of a name that are kept. */
const NAME_LENGTH = 250;
/** Tasks of one connector; MM2 never has more than partitions. */
const MAX_TASKS = 100_000;

const state = z.string().regex(/^[A-Z_]{1,40}$/);
const part = { state, worker_id: z.string().optional(), trace: z.string().optional() };
/** `ConnectorStateInfo` of Connect's REST API. */
const status = z.object({
  connector: z.object(part),
  tasks: z.array(z.object({ id: z.int().nonnegative(), ...part })).max(MAX_TASKS),
});
const config = z.record(z.string(), z.unknown());
const connector = z.object({ info: z.object({ config }), status: z.unknown() });

/** By the name of the class, or the aliases of it that Connect's plugin loader takes (`PluginUtils.pluginAliases`). */
const KINDS: Readonly<Record<string, MirrorConnectorKind>> = {
  MirrorSourceConnector: 'source',
  MirrorSource: 'source',
  MirrorCheckpointConnector: 'checkpoint',
  MirrorCheckpoint: 'checkpoint',
  MirrorHeartbeatConnector: 'heartbeat',
  MirrorHeartbeat: 'heartbeat',
};

/**
 * The connectors of one flow in an answer to `GET /connectors?expand=status&expand=info`: a map from name to
 * `{ info: { config }, status }`. What is wrong with connectors of others changes nothing.
 * @throws ConnectFailure if a connector of the flow is not well-formed, or none of them mirrors
 */
export function mirrorConnectors(answer: unknown, flow: Pick<Flow, 'source' | 'target'>): readonly MirrorConnector[] {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) {
    throw ConnectFailure.malformed('is no map of connectors');
  }
  const secrets = new KnownSecrets();
  const ours: { readonly name: string; readonly kind: MirrorConnectorKind; readonly status: unknown }[] = [];
  for (const [name, entry] of Object.entries(answer)) {
    const parsed = connector.safeParse(entry);
    if (!parsed.success) continue;
    const { config } = parsed.data.info;
    secrets.add(config);
    const kind = kindOf(config);
    if (kind !== null && isOf(flow, config)) ours.push({ name, kind, status: parsed.data.status });
  }
  if (!ours.some(({ kind }) => kind === 'source')) {
    throw new ConnectFailure('CONNECTOR_NOT_FOUND', `has no MirrorSourceConnector of ${flowName(flow)}`, false);
  }
  return ours
    .map(({ name, kind, status }) => stateOf(name, kind, status, secrets))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function kindOf(config: Readonly<Record<string, unknown>>): MirrorConnectorKind | null {
  const name =
    String(config['connector.class'] ?? '')
      .split('.')
      .at(-1) ?? '';
  return Object.hasOwn(KINDS, name) ? (KINDS[name] ?? null) : null;
}

/** The aliases are `source` and `target` where they are not set (`MirrorConnectorConfig`). */
function isOf({ source, target }: Pick<Flow, 'source' | 'target'>, config: Readonly<Record<string, unknown>>): boolean {
  const { 'source.cluster.alias': from = 'source', 'target.cluster.alias': to = 'target' } = config;
  return from === source && to === target;
}

function stateOf(name: string, kind: MirrorConnectorKind, written: unknown, secrets: KnownSecrets): MirrorConnector {
  const parsed = status.safeParse(written);
  if (!parsed.success) throw ConnectFailure.malformed(`lacks the state of a ${kind} connector, or of its tasks`);
  const { connector, tasks } = parsed.data;
  return {
    name: visible(name),
    kind,
    ...partOf(connector, secrets),
    tasks: tasks.map((task) => ({ id: task.id, ...partOf(task, secrets) })),
  };
}

function partOf(
  { state, worker_id: worker = 'no worker', trace }: z.infer<typeof status>['connector'],
  secrets: KnownSecrets,
) {
  return { state, worker: visible(worker), cause: state === 'FAILED' ? failureCause(trace ?? '', secrets) : null };
}

function visible(name: string): string {
  return withoutHidden(name.length <= NAME_LENGTH ? name : `${name.slice(0, NAME_LENGTH)}…`);
}
