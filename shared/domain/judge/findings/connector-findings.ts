import { counted } from '../../model/figures.ts';
import type { Finding } from '../../model/finding.ts';
import type { MirrorConnector, MirrorConnectorKind } from '../../model/mirror-connector.ts';
import type { MirrorMetrics } from '../../model/mirror-metrics.ts';
import type { FlowObservation } from '../observation.ts';
import { makeFinding } from './make-finding.ts';

/** A connector or one of its tasks that has failed. */
interface Failure {
  readonly connector: MirrorConnector;
  /** Null if the connector itself has failed. */
  readonly task: number | null;
  readonly worker: string;
  readonly cause: string | null;
}

/** The connector whose failure costs most comes first: records, then positions, then only the proof of life. */
const WORST_FIRST: readonly MirrorConnectorKind[] = ['source', 'checkpoint', 'heartbeat'];

/**
 * What Kafka Connect says of the flow's connectors; without its REST API, as in dedicated mode, what the workers export of
 * failed tasks. That neither could be asked is a part that was not read.
 */
export function connectorFindings({ connectors, metrics, flow }: FlowObservation): Finding[] {
  if (connectors?.kind !== 'read') return metrics?.kind === 'read' ? countedFailures(metrics.value, flow.target) : [];
  const failures = WORST_FIRST.flatMap((kind) =>
    connectors.value.filter((one) => one.kind === kind).flatMap(failuresOf),
  );
  const [worst] = failures;
  if (worst === undefined) return [];
  const { connector, task, worker, cause } = worst;
  const what = `${task === null ? 'connector' : `task ${task} of connector`} ${connector.name} has failed on ${worker}`;
  const why = cause === null ? 'Connect does not say why' : cause;
  const more = failures.length === 1 ? '' : `; ${failures.length} connectors and tasks of the flow have failed`;
  return [
    makeFinding(
      'MIRROR_TASK_FAILED',
      { cluster: flow.target },
      `${what}: ${why}${more}`,
      { connector: connector.name, kind: connector.kind, task, worker, cause, failed: failures.length },
      connector.kind === 'source' ? 'critical' : 'warning',
    ),
  ];
}

/** The workers count failed tasks, and say neither which nor why. */
function countedFailures({ connectors }: MirrorMetrics, cluster: string): Finding[] {
  const failing = connectors.filter(({ failed }) => failed > 0);
  const worst = WORST_FIRST.flatMap((kind) => failing.filter((one) => one.kind === kind)).at(0);
  if (worst === undefined) return [];
  const failed = failing.reduce((sum, one) => sum + one.failed, 0);
  const more = failed === worst.failed ? '' : `; ${failed} tasks of the flow have failed`;
  const tasks = counted(worst.failed, 'task');
  return [
    makeFinding(
      'MIRROR_TASK_FAILED',
      { cluster },
      `${tasks} of connector ${worst.name} failed, as its worker's metrics count; they do not say why, its log does${more}`,
      { connector: worst.name, kind: worst.kind, task: null, worker: null, cause: null, failed },
      worst.kind === 'source' ? 'critical' : 'warning',
    ),
  ];
}

function failuresOf(connector: MirrorConnector): Failure[] {
  const tasks = connector.tasks.filter(hasFailed).sort((a, b) => a.id - b.id);
  return [
    ...(hasFailed(connector) ? [{ connector, task: null, worker: connector.worker, cause: connector.cause }] : []),
    ...tasks.map(({ id, worker, cause }) => ({ connector, task: id, worker, cause })),
  ];
}

function hasFailed({ state }: { readonly state: string }): boolean {
  return state === 'FAILED';
}
