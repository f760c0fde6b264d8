import { dirname, isAbsolute, join } from 'node:path';
import { type Flow, flowName } from '../../domain/model/flow.ts';
import { closestName } from '../closest-name.ts';
import { FaultCollector } from '../configuration-error.ts';
import { type ConnectionOverride, DEFAULT_CLIENT_ID } from '../connection/kafka-client-settings.ts';
import type { KafkaConnection } from '../connection/kafka-connection.ts';
import type { Environment } from '../connection/secret-source.ts';
import { withWriter } from '../connection/writer-credentials.ts';
import { patternProblems } from '../mm2/flow-patterns.ts';
import { type LoadedConfig, readMm2Properties } from '../mm2/mm2-properties.ts';
import { heartbeatsProblem, templateProblem } from '../policy-template.ts';
import type { LoadContext } from '../setting.ts';
import { readStrimzi } from '../strimzi/load-strimzi.ts';
import { isStrimziFile } from '../strimzi/strimzi-kind.ts';
import { faultsOf } from './schema-faults.ts';
import { type FlowYaml, type TidemarkYaml, tidemarkYaml } from './tidemark-yaml-schema.ts';
import { connectFromYaml, metricsFromYaml } from './yaml-connect.ts';
import { connectionFromYaml, type FaultAt } from './yaml-connection.ts';
import { parseYaml, pathName, readYamlText, type YamlDocument } from './yaml-document.ts';
import { failoverFromYaml } from './yaml-failover.ts';
import { applyFlowYaml, defaultFlow } from './yaml-flow.ts';
import { policyFromYaml } from './yaml-policy.ts';

export interface LoadOptions {
  /**
   * Whether to resolve the references of `clusters.<alias>.writer`. Only commands that write offsets need those
   * secrets.
   */
  readonly writers?: boolean | undefined;
}

/**
 * Loads a tidemark.yaml. Throws one `ConfigurationError` with all faults, including those of an mm2.properties that it
 * names.
 */
export function loadTidemarkYaml(
  file: string,
  environment: Environment,
  { writers = false }: LoadOptions = {},
): LoadedConfig {
  const faults = new FaultCollector();
  const context: LoadContext = { faults, environment, base: dirname(file) };
  const document = readDocument(file, faults);
  const parsed = document === null ? null : tidemarkYaml.safeParse(document.value);
  if (document !== null && parsed?.success === false) {
    for (const fault of faultsOf(parsed.error, tidemarkYaml, file, document)) faults.fault(fault);
  }
  if (document === null || !parsed?.success) {
    faults.throwIfAny();
    throw new Error('a document without a value must have a fault');
  }
  const faultAt: FaultAt = (path, problem) => {
    faults.fault({ file, key: pathName(path), line: document.lineOf(path), ...problem });
    return null;
  };
  const overrides = new Map(
    Object.entries(parsed.data.clusters ?? {}).map(([alias, cluster]) => [
      alias,
      connectionFromYaml(alias, cluster, context, faultAt, writers),
    ]),
  );
  const { clusters, flows } =
    parsed.data.mm2 === undefined
      ? standalone(parsed.data, overrides, context, faultAt)
      : onTopOfMm2(parsed.data.mm2, parsed.data, overrides, context, faultAt);
  const connect = connectFromYaml(parsed.data.flows ?? [], context, faultAt);
  const metrics = metricsFromYaml(parsed.data.flows ?? [], context, faultAt);
  const failover = failoverFromYaml(parsed.data.flows ?? [], { flows, clusters, connect, writers }, context, faultAt);
  const policy = policyFromYaml(parsed.data, flows, faultAt);
  faults.throwIfAny();
  const config = {
    clusters,
    flows,
    policy,
    ...(connect.size === 0 ? {} : { connect }),
    ...(metrics.size === 0 ? {} : { metrics }),
    ...(failover.size === 0 ? {} : { failover }),
  };
  return { config, warnings: faults.warnings };
}

function readDocument(file: string, faults: FaultCollector): YamlDocument | null {
  const text = readYamlText(file, faults);
  if (text === null) return null;
  const documents = parseYaml(file, text, faults);
  const [document] = documents;
  if (faults.failed) return null;
  if (document === undefined || document.value === null || typeof document.value !== 'object') {
    faults.fault({
      file,
      key: '',
      line: null,
      message: 'is empty or not a map of keys',
      remedy: 'write a tidemark.yaml with `tidemark init mm2.properties`',
    });
    return null;
  }
  return document;
}

interface Parts {
  readonly clusters: ReadonlyMap<string, KafkaConnection>;
  readonly flows: readonly Flow[];
}

function standalone(
  yaml: TidemarkYaml,
  overrides: ReadonlyMap<string, ConnectionOverride>,
  context: LoadContext,
  faultAt: FaultAt,
): Parts {
  const clusters = new Map<string, KafkaConnection>();
  for (const [alias, { bootstrapServers, clientId, tls, sasl, writer }] of overrides) {
    if (bootstrapServers === undefined) {
      faultAt(['clusters', alias, 'bootstrapServers'], {
        message: 'is missing',
        remedy: 'add the cluster’s brokers as host:port, or name an mm2.properties with mm2:',
      });
      continue;
    }
    const connection = {
      alias,
      bootstrapServers,
      clientId: clientId ?? DEFAULT_CLIENT_ID,
      ...(tls == null ? {} : { tls }),
      ...(sasl == null ? {} : { sasl }),
    };
    clusters.set(alias, withWriter(connection, writer));
  }
  if (yaml.flows === undefined) {
    faultAt(['flows'], { message: 'is missing, so there is nothing to audit', remedy: 'add flows: [{ flow: A->B }]' });
  }
  const flows = (yaml.flows ?? []).flatMap((flow, i) => {
    const ends = endsOf(flow, i, [...overrides.keys()], faultAt);
    return ends === null ? [] : [applied(defaultFlow(ends[0], ends[1], context), flow, i, faultAt)];
  });
  repeated(flows, faultAt);
  return { clusters, flows };
}

function onTopOfMm2(
  mm2: string,
  yaml: TidemarkYaml,
  overrides: ReadonlyMap<string, ConnectionOverride>,
  context: LoadContext,
  faultAt: FaultAt,
): Parts {
  const path = isAbsolute(mm2) ? mm2 : join(context.base, mm2);
  const failedBefore = context.faults.failed;
  const described = new Set((yaml.flows ?? []).flatMap((one) => (one.replicationPolicy?.kind ? [one.flow] : [])));
  const unknownPolicy = (flow: string) => (described.has(flow) ? 'described' : 'fault');
  const loaded = isStrimziFile(path)
    ? readStrimzi(path, { ...context, unknownPolicy }, overrides)
    : readMm2Properties(path, { ...context, unknownPolicy, base: dirname(path) }, overrides);
  if (loaded.flows.length === 0) {
    // Without its flows, every name in this file would look wrong.
    if (!context.faults.failed || failedBefore) {
      faultAt(['mm2'], { message: `${mm2} has no flow`, remedy: 'correct the path, or that file' });
    }
    return loaded;
  }
  const aliases = [...new Set(loaded.flows.flatMap((flow) => [flow.source, flow.target]))];
  for (const alias of overrides.keys()) {
    if (!aliases.includes(alias)) faultAt(['clusters', alias], unknownName(`no cluster of ${mm2}`, alias, aliases));
  }
  const names = loaded.flows.map(flowName);
  for (const [i, flow] of (yaml.flows ?? []).entries()) {
    if (!names.includes(flow.flow)) {
      faultAt(['flows', i, 'flow'], unknownName(`no enabled flow of ${mm2}`, flow.flow, names));
    }
  }
  const flows = loaded.flows.map((flow) => {
    const index = yaml.flows?.findIndex((one) => one.flow === flowName(flow)) ?? -1;
    const said = yaml.flows?.[index];
    return said === undefined ? flow : applied(flow, said, index, faultAt);
  });
  return { clusters: loaded.clusters, flows };
}

function applied(base: Flow, yaml: FlowYaml, index: number, faultAt: FaultAt): Flow {
  const flow = applyFlowYaml(base, yaml);
  checkPolicy(yaml, index, faultAt);
  for (const { list, ...problem } of patternProblems(flow)) {
    if (yaml[list] !== undefined) faultAt(['flows', index, list], problem);
  }
  return flow;
}

function checkPolicy({ replicationPolicy: policy }: FlowYaml, index: number, faultAt: FaultAt): void {
  if (policy === undefined) return;
  const at = (key: string) => ['flows', index, 'replicationPolicy', key];
  if (policy.kind !== 'template') {
    for (const key of ['topic', 'heartbeats'] as const) {
      if (policy[key] === undefined) continue;
      faultAt(at(key), { message: 'has no effect without kind: template', remedy: 'add it, or remove this key' });
    }
    return;
  }
  if (policy.topic === undefined) {
    faultAt(at('topic'), { message: 'is missing', remedy: 'add the form of names, such as topic: "{source}-{topic}"' });
  } else {
    const problem = templateProblem(policy.topic);
    if (problem !== null) faultAt(at('topic'), problem);
  }
  const problem = policy.heartbeats === undefined ? null : heartbeatsProblem(policy.heartbeats);
  if (problem !== null) faultAt(at('heartbeats'), problem);
}

function endsOf(flow: FlowYaml, index: number, aliases: readonly string[], faultAt: FaultAt): [string, string] | null {
  const arrow = flow.flow.indexOf('->');
  const ends: [string, string] = [flow.flow.slice(0, arrow).trim(), flow.flow.slice(arrow + 2).trim()];
  for (const alias of ends) {
    if (!aliases.includes(alias)) {
      return faultAt(['flows', index, 'flow'], unknownName(`"${alias}" is not a cluster of this file`, alias, aliases));
    }
  }
  if (ends[0] === ends[1]) {
    return faultAt(['flows', index, 'flow'], {
      message: 'goes from a cluster to itself',
      remedy: 'name two different clusters',
    });
  }
  return ends;
}

function repeated(flows: readonly Flow[], faultAt: FaultAt): void {
  const names = flows.map(flowName);
  for (const [i, name] of names.entries()) {
    if (names.indexOf(name) < i) {
      faultAt(['flows', i, 'flow'], { message: `${name} is listed twice`, remedy: 'keep one of them' });
    }
  }
}

function unknownName(what: string, name: string, known: readonly string[]) {
  const near = closestName(name, known);
  return {
    message: what.startsWith('"') ? what : `"${name}" is ${what}`,
    remedy: near === null ? `known names: ${known.join(', ')}` : `did you mean ${near}?`,
  };
}
