import type { MirrorConnector, MirrorTask } from '../../../../../shared/domain/model/mirror-connector.ts';
import { metricsOf } from '../mirror-metrics-fixture.ts';
import type { FindingFamilies } from './finding-family.ts';

const TOO_LARGE = 'org.apache.kafka.common.errors.RecordTooLargeException: The message is 2089 bytes';
const TIMEOUT = 'org.apache.kafka.common.errors.TimeoutException: Timed out waiting for a node assignment';
const WORKER = 'connect-1:8083';

const task = (id: number, over: Partial<MirrorTask> = {}): MirrorTask => ({
  id,
  state: 'RUNNING',
  worker: WORKER,
  cause: null,
  ...over,
});
const failed = (id: number, cause: string | null = TOO_LARGE, worker = WORKER) =>
  task(id, { state: 'FAILED', cause, worker });

function connector(kind: MirrorConnector['kind'], tasks = [task(0)], over: Partial<MirrorConnector> = {}) {
  return { name: `A->B.${kind}`, kind, state: 'RUNNING', worker: WORKER, cause: null, tasks, ...over };
}

const HEALTHY = [connector('checkpoint'), connector('heartbeat'), connector('source', [task(0), task(1)])];

const evidence = { connector: 'A->B.source', kind: 'source', task: 0, worker: WORKER, cause: TOO_LARGE, failed: 1 };

export const CONNECTOR_FINDINGS: FindingFamilies = {
  MIRROR_TASK_FAILED: {
    opens: {
      of: { connectors: [connector('source', [failed(0), task(1)]), connector('checkpoint')] },
      subject: { cluster: 'B' },
      evidence,
      says: `task 0 of connector A->B.source has failed on ${WORKER}: ${TOO_LARGE}`,
    },
    verdict: 'not-ready',
    before: { connectors: HEALTHY },
    alsoOpens: {
      'the connector itself, of which Connect does not say why': {
        of: { connectors: [connector('source', [], { state: 'FAILED' })] },
        subject: { cluster: 'B' },
        evidence: { ...evidence, task: null, cause: null },
        says: `connector A->B.source has failed on ${WORKER}: Connect does not say why`,
      },
      'of tasks that Connect lists in another order, the first': {
        of: { connectors: [connector('source', [failed(2), failed(0), failed(1)])] },
        subject: { cluster: 'B' },
        evidence: { ...evidence, failed: 3 },
      },
      'the checkpoint connector, as a warning': {
        of: { connectors: [connector('source'), connector('checkpoint', [failed(0, TIMEOUT)])] },
        severity: 'warning',
        subject: { cluster: 'B' },
        evidence: { ...evidence, connector: 'A->B.checkpoint', kind: 'checkpoint', cause: TIMEOUT },
      },
      'the heartbeat connector, as a warning': {
        of: {
          connectors: [connector('heartbeat', [failed(0)], { state: 'FAILED', cause: TIMEOUT }), connector('source')],
        },
        severity: 'warning',
        subject: { cluster: 'B' },
        evidence: {
          ...evidence,
          connector: 'A->B.heartbeat',
          kind: 'heartbeat',
          task: null,
          cause: TIMEOUT,
          failed: 2,
        },
      },
      'of several, a task of the source is the worst, and of these the first': {
        of: {
          connectors: [
            connector('checkpoint', [failed(0)], { state: 'FAILED' }),
            connector('heartbeat', [failed(0)]),
            connector('source', [failed(7, TIMEOUT, 'connect-2:8083'), failed(10), task(0)]),
          ],
        },
        subject: { cluster: 'B' },
        evidence: { ...evidence, task: 7, cause: TIMEOUT, worker: 'connect-2:8083', failed: 5 },
        says: `task 7 of connector A->B.source has failed on connect-2:8083: ${TIMEOUT}; 5 connectors and tasks of the flow have failed`,
      },
      'without Connect, as the metrics of the workers count': {
        of: { metrics: metricsOf([], [{ name: 'MirrorSourceConnector', kind: 'source', failed: 2 }]) },
        subject: { cluster: 'B' },
        evidence: {
          connector: 'MirrorSourceConnector',
          kind: 'source',
          task: null,
          worker: null,
          cause: null,
          failed: 2,
        },
        says: "2 tasks of connector MirrorSourceConnector failed, as its worker's metrics count; they do not say why, its log does",
      },
      'while Connect does not answer, as the metrics count: the connector that costs most': {
        of: {
          connectors: 'unread',
          metrics: metricsOf(
            [],
            [
              { name: 'MirrorCheckpointConnector', kind: 'checkpoint', failed: 1 },
              { name: 'MirrorHeartbeatConnector', kind: 'heartbeat', failed: 1 },
              { name: 'MirrorSourceConnector', kind: 'source', failed: 0 },
            ],
          ),
        },
        severity: 'warning',
        subject: { cluster: 'B' },
        evidence: {
          ...{ connector: 'MirrorCheckpointConnector', kind: 'checkpoint', task: null, worker: null, cause: null },
          failed: 2,
        },
        says: "1 task of connector MirrorCheckpointConnector failed, as its worker's metrics count; they do not say why, its log does; 2 tasks of the flow have failed",
        beside: ['AUDIT_INCOMPLETE'],
      },
      'while the source is down': {
        of: { down: 'source', connectors: [connector('source', [failed(0)])] },
        subject: { cluster: 'B' },
        evidence,
        beside: ['CLUSTER_UNREACHABLE'],
      },
    },
    quiet: {
      'all run': { connectors: HEALTHY },
      'a connector that somebody stopped or paused': {
        connectors: [
          connector('source', [], { state: 'STOPPED' }),
          connector('checkpoint', [task(0, { state: 'PAUSED' })], { state: 'PAUSED' }),
          connector('heartbeat', [task(0, { state: 'UNASSIGNED' })]),
        ],
      },
      'Connect was not read': { connectors: 'unread' },
      'Connect says that all run, and it knows': {
        connectors: HEALTHY,
        metrics: metricsOf([], [{ name: 'MirrorSourceConnector', kind: 'source', failed: 1 }]),
      },
      'no task has failed, as the metrics count': {
        metrics: metricsOf([], [{ name: 'MirrorSourceConnector', kind: 'source', failed: 0 }]),
      },
      'no Connect is configured': {},
    },
  },
};
