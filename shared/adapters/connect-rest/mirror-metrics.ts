import type { Flow } from '../../domain/model/flow.ts';
import { flowName } from '../../domain/model/flow.ts';
import type { MirrorConnectorKind } from '../../domain/model/mirror-connector.ts';
import type {
  ConnectorTasks,
  MirroredPartition,
  MirrorMetrics,
  ProducerMetrics,
  SourceTaskMetrics,
  WorkerMetrics,
} from '../../domain/model/mirror-metrics.ts';
import { ConnectFailure } from './connect-failure.ts';
import { parseMetrics, type Sample } from './metrics-text.ts';

/**
 * Names as exporters make them: the JMX exporter with its default rules (1.x without `_total`), in lower case or not, with
 * the rules of Strimzi's examples, and Strimzi's own reporter. What they leave out is unknown.
 */
const SOURCE_TASK = /^kafka_connect_source_task(?:_metrics)?_(source_record_write(?:_total|_rate)?)$/;
const CONNECTOR_TASK = /^kafka_connect_connector_task(?:_metrics)?_offset_commit_failure_percentage$/;
const FAILED_TASKS = /^kafka_connect_(?:connect_)?worker(?:_metrics)?_connector_failed_task_count$/;
const PRODUCER =
  /^kafka_producer(?:_producer)?(?:_metrics)?_(batch_size_avg|request_size_avg|request_latency_avg|record_queue_time_avg|request_rate|compression_rate_avg)$/;
const MIRRORED = /^kafka_connect_mirror_mirrorsourceconnector_(record_count|record_age_ms)(?:_total)?$/;
const CPU_SECONDS = 'process_cpu_seconds_total';
const PROCESSORS = /^java_lang_operatingsystem_availableprocessors$/;

const PRODUCER_FIELDS: Readonly<Record<string, keyof ProducerMetrics>> = {
  batch_size_avg: 'batchBytes',
  request_size_avg: 'requestBytes',
  request_latency_avg: 'requestLatencyMs',
  record_queue_time_avg: 'queueMs',
  request_rate: 'requestsPerSecond',
  compression_rate_avg: 'compression',
};

const KINDS: Readonly<Record<string, MirrorConnectorKind>> = {
  MirrorSourceConnector: 'source',
  MirrorCheckpointConnector: 'checkpoint',
  MirrorHeartbeatConnector: 'heartbeat',
};

export interface MetricsOf {
  readonly flow: Pick<Flow, 'source' | 'target'>;
  /** The source connector's name, if it is neither `A->B.MirrorSourceConnector` nor that of dedicated mode. */
  readonly connector?: string | undefined;
}

/**
 * What the workers' pages say of one flow. A page has the metrics of one worker: tasks of one connector can be on several.
 * @throws ConnectFailure if a page is not well-formed, or nothing says which of its values are the flow's
 */
export function mirrorMetrics(pages: readonly string[], of: MetricsOf, at: number): MirrorMetrics {
  const workers = pages.map((page) => parseMetrics(page, isWanted));
  const samples = workers.flat();
  const { connectors, source } = connectorsIn(samples, of);
  const tasks = sourceTasks(samples, source);
  if (tasks.length === 0) {
    const where = source === null ? `no MirrorSourceConnector of ${flowName(of.flow)}` : `no task of ${source}`;
    throw new ConnectFailure('METRICS_WITHOUT_FLOW', `exports ${where}`, true);
  }
  return { at, connectors, tasks, partitions: partitionsOf(samples, of.flow), workers: workers.map(workerOf) };
}

function isWanted(written: string): boolean {
  const name = written.toLowerCase();
  return (
    name === CPU_SECONDS ||
    [SOURCE_TASK, CONNECTOR_TASK, FAILED_TASKS, PRODUCER, MIRRORED, PROCESSORS].some((pattern) => pattern.test(name))
  );
}

/** The connectors of the flow, and the name of the one that mirrors. */
function connectorsIn(
  samples: readonly Sample[],
  { flow, connector }: MetricsOf,
): { readonly connectors: readonly ConnectorTasks[]; readonly source: string | null } {
  const names = new Set(samples.flatMap(({ labels }) => labelOf(labels, 'connector') ?? []));
  const kindOf = (name: string): MirrorConnectorKind | null => {
    if (name === connector) return 'source';
    const [prefix, kind = ''] = name.includes('.') ? split(name) : [null, name];
    const isOurs = prefix === null ? isAlone(samples, flow) : prefix === flowName(flow);
    return isOurs && Object.hasOwn(KINDS, kind) ? (KINDS[kind] ?? null) : null;
  };
  const connectors: ConnectorTasks[] = [];
  for (const name of [...names].sort()) {
    const kind = kindOf(name);
    if (kind === null || (kind === 'source' && connector !== undefined && name !== connector)) continue;
    const failed = samples
      .filter((sample) => FAILED_TASKS.test(sample.name.toLowerCase()) && labelOf(sample.labels, 'connector') === name)
      .reduce((sum, { value }) => sum + (Number.isFinite(value) ? value : 0), 0);
    connectors.push({ name, kind, failed });
  }
  return { connectors, source: connectors.find(({ kind }) => kind === 'source')?.name ?? null };
}

function split(name: string): readonly [string, string] {
  const dot = name.lastIndexOf('.');
  return [name.slice(0, dot), name.slice(dot + 1)];
}

/**
 * In dedicated mode the connectors of every flow have the same names, and one process can run several flows: then nothing
 * says whose a value is.
 */
function isAlone(samples: readonly Sample[], { source, target }: Pick<Flow, 'source' | 'target'>): boolean {
  return samples.every(({ name, labels }) => {
    if (!MIRRORED.test(name.toLowerCase())) return true;
    const from = labelOf(labels, 'source');
    return labelOf(labels, 'target') === target && (from === undefined || from === source);
  });
}

function sourceTasks(samples: readonly Sample[], connector: string | null): SourceTaskMetrics[] {
  if (connector === null) return [];
  const byTask = new Map<number, { task: Partial<SourceTaskMetrics>; producer: Partial<ProducerMetrics> }>();
  const of = (task: number) => {
    const one = byTask.get(task) ?? { task: {}, producer: {} };
    byTask.set(task, one);
    return one;
  };
  const ofClient = `connector-producer-${connector}-`;
  for (const { name: written, labels, value } of samples) {
    const name = written.toLowerCase();
    const client = labelOf(labels, 'client_id') ?? labelOf(labels, 'clientid');
    const task = taskNumber(labelOf(labels, 'task'));
    if (client?.startsWith(ofClient) === true) {
      const field = PRODUCER_FIELDS[PRODUCER.exec(name)?.[1] ?? ''];
      const number = taskNumber(client.slice(ofClient.length));
      if (field !== undefined && number !== null)
        of(number).producer = { ...of(number).producer, [field]: known(value) };
    } else if (task !== null && labelOf(labels, 'connector') === connector) {
      const what = SOURCE_TASK.exec(name)?.[1];
      const found: Partial<SourceTaskMetrics> = CONNECTOR_TASK.test(name)
        ? { commitFailureShare: known(value) }
        : what === undefined
          ? {}
          : what.endsWith('_rate')
            ? { writtenPerSecond: known(value) }
            : { written: known(value) };
      of(task).task = { ...of(task).task, ...found };
    }
  }
  return [...byTask]
    .sort(([a], [b]) => a - b)
    .map(([task, found]) => ({
      ...{ task, written: null, writtenPerSecond: null, commitFailureShare: null, ...found.task },
      producer: { ...NOTHING_OF_PRODUCER, ...found.producer },
    }));
}

const NOTHING_OF_PRODUCER: ProducerMetrics = {
  batchBytes: null,
  requestBytes: null,
  requestLatencyMs: null,
  queueMs: null,
  requestsPerSecond: null,
  compression: null,
};

function partitionsOf(samples: readonly Sample[], { source, target }: Pick<Flow, 'source' | 'target'>) {
  const found = new Map<string, MirroredPartition>();
  for (const { name, labels, value } of samples) {
    const what = MIRRORED.exec(name.toLowerCase())?.[1];
    const [topic, partition] = [labelOf(labels, 'topic'), taskNumber(labelOf(labels, 'partition'))];
    if (what === undefined || topic === undefined || partition === null) continue;
    if (labelOf(labels, 'target') !== target || (labelOf(labels, 'source') ?? source) !== source) continue;
    const key = `${topic} ${partition}`;
    const one = found.get(key) ?? { topic, partition, records: null, recordAgeMs: null };
    const field = what === 'record_count' ? 'records' : 'recordAgeMs';
    found.set(key, { ...one, [field]: known(value) });
  }
  return [...found.values()].sort((a, b) =>
    a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : a.partition - b.partition,
  );
}

function workerOf(samples: readonly Sample[]): WorkerMetrics {
  const firstOf = (isIt: (name: string) => boolean) =>
    known(samples.find(({ name }) => isIt(name.toLowerCase()))?.value ?? Number.NaN);
  return { cpuSeconds: firstOf((name) => name === CPU_SECONDS), processors: firstOf((name) => PROCESSORS.test(name)) };
}

/** JMX quotes names with characters such as `>`, and the JMX exporter keeps the quotes. */
function labelOf(labels: ReadonlyMap<string, string>, name: string): string | undefined {
  const value = labels.get(name) ?? labels.get(name === 'clientid' ? 'clientId' : name);
  return value !== undefined && value.length >= 2 && value.startsWith('"') && value.endsWith('"')
    ? value.slice(1, -1).replace(/\\([*?"\\])/g, '$1')
    : value;
}

function taskNumber(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) : null;
}

/** A metric without a measurement yet is NaN. */
function known(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
