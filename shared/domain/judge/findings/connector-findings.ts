import type { Finding } from '../../model/finding.ts';
import type { MirrorConnector, MirrorConnectorKind } from '../../model/mirror-connector.ts';
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

/** What Kafka Connect says of the flow's connectors. That it could not be asked is a part that was not read. */
export function connectorFindings({ connectors, flow }: FlowObservation): Finding[] {
  if (connectors?.kind !== 'read') return [];
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
