import { DEFAULT_AUDIT_POLICY } from '../../domain/judge/audit-policy.ts';
import type { Flow } from '../../domain/model/flow.ts';
import { FaultCollector, fileName } from '../configuration-error.ts';
import { type ConnectionOverride, DEFAULT_CLIENT_ID } from '../connection/kafka-client-settings.ts';
import type { KafkaConnection } from '../connection/kafka-connection.ts';
import type { Environment } from '../connection/secret-source.ts';
import { withWriter } from '../connection/writer-credentials.ts';
import type { DraftNote } from '../draft/draft.ts';
import type { LoadedConfig } from '../mm2/mm2-properties.ts';
import type { LoadContext } from '../setting.ts';
import type { ClusterYaml, SecretYaml } from '../yaml/tidemark-yaml-schema.ts';
import { connectionFromYaml, type FaultAt } from '../yaml/yaml-connection.ts';
import { pathName, type YamlPath } from '../yaml/yaml-document.ts';
import { readStrimziDraft } from './strimzi.ts';

/**
 * Loads Strimzi's KafkaMirrorMaker2 resources. What is in Kubernetes Secrets has to be in environment variables and PEM
 * files of the working directory: a fault for each that is missing has the command that fetches it. Throws one
 * `ConfigurationError` with all faults.
 */
export function loadStrimzi(file: string, environment: Environment): LoadedConfig {
  const faults = new FaultCollector();
  const { clusters, flows } = readStrimzi(file, { faults, environment, base: '.' });
  faults.throwIfAny();
  return { config: { clusters, flows, policy: DEFAULT_AUDIT_POLICY }, warnings: faults.warnings };
}

/** Like `loadStrimzi`, but leaves the faults in the context: for a tidemark.yaml that builds on the file. */
export function readStrimzi(
  file: string,
  context: LoadContext,
  overrides: ReadonlyMap<string, ConnectionOverride> = new Map(),
): { readonly clusters: ReadonlyMap<string, KafkaConnection>; readonly flows: readonly Flow[] } {
  const { flows, notes, clusters: drafted } = readStrimziDraft(file, context.faults, context.unknownPolicy);
  const needed = notes.filter(({ gap }) => gap === undefined || overrides.get(gap.alias)?.[gap.part] === undefined);
  for (const { key, line, message, gap } of needed) {
    if (gap === undefined) context.faults.warn({ file, key, line, message });
    else if (gap.reference === null) context.faults.fault({ file, key, line, message, remedy: completed(file) });
  }
  const clusters = new Map<string, KafkaConnection>();
  for (const [alias, cluster] of drafted) {
    const connection = connected(alias, cluster, overrides.get(alias) ?? {}, needed, file, context);
    if (connection !== null) clusters.set(alias, connection);
  }
  return { clusters, flows };
}

function completed(file: string): string {
  return `make a tidemark.yaml of ${fileName(file)} with \`tidemark init\`, and complete it there`;
}

function connected(
  alias: string,
  { tls, sasl, bootstrapServers }: ClusterYaml,
  override: ConnectionOverride,
  notes: readonly DraftNote[],
  file: string,
  context: LoadContext,
): KafkaConnection | null {
  const drafted: ClusterYaml = {
    bootstrapServers,
    ...(override.tls === undefined && tls !== undefined ? { tls } : {}),
    ...(override.sasl === undefined && sasl !== undefined ? { sasl } : {}),
  };
  const faultAt: FaultAt = (path, { message, remedy }) => {
    const gaps = notes.filter(({ gap }) => gap?.alias === alias && isAt(gap.reference, path, drafted));
    const [first] = gaps;
    context.faults.fault({
      file,
      key: first?.key ?? pathName(path),
      line: first?.line ?? null,
      message,
      remedy: first === undefined ? remedy : gaps.map((gap) => gap.message).join('; then '),
    });
    return null;
  };
  const own = connectionFromYaml(alias, drafted, context, faultAt, false);
  const servers = override.bootstrapServers ?? own.bootstrapServers;
  if (servers === undefined) return null;
  const effective = override.tls === undefined ? own.tls : override.tls;
  const login = override.sasl === undefined ? own.sasl : override.sasl;
  const connection = {
    alias,
    bootstrapServers: servers,
    clientId: override.clientId ?? DEFAULT_CLIENT_ID,
    ...(effective == null ? {} : { tls: effective }),
    ...(login == null ? {} : { sasl: login }),
  };
  return withWriter(connection, override.writer);
}

/** Whether the cluster has this reference at a path such as `clusters.A.tls.ca`. */
function isAt(reference: SecretYaml | null, path: YamlPath, cluster: ClusterYaml): boolean {
  const value = path.slice(2).reduce<unknown>((node, part) => Reflect.get(Object(node), part), cluster);
  return reference !== null && JSON.stringify(reference) === JSON.stringify(value);
}
