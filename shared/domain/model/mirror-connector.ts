import type { Outcome } from './outcome.ts';

/** Which of MM2's three connectors: `MirrorSourceConnector`, `MirrorCheckpointConnector` or `MirrorHeartbeatConnector`. */
export type MirrorConnectorKind = 'source' | 'checkpoint' | 'heartbeat';

/**
 * One of MM2's connectors on a Kafka Connect cluster, as Connect's REST API describes its state. Its configuration is not
 * part of it: Connect shows passwords there in the clear.
 */
export interface MirrorConnector {
  readonly name: string;
  readonly kind: MirrorConnectorKind;
  /** `RUNNING`, `PAUSED`, `STOPPED`, `FAILED`, `UNASSIGNED`, `RESTARTING`. It stays `RUNNING` if only a task fails. */
  readonly state: string;
  /** The worker that runs it: `host:port`. */
  readonly worker: string;
  /** Why it failed, in one line without secrets; null if it has not, or Connect does not say. */
  readonly cause: string | null;
  readonly tasks: readonly MirrorTask[];
}

/** One task of a connector; the fields as there. */
export interface MirrorTask {
  readonly id: number;
  readonly state: string;
  readonly worker: string;
  readonly cause: string | null;
}

/** Whether Kafka Connect says that no source connector of a flow runs. False if that is not known. */
export function isMirrorStopped(connectors: Outcome<readonly MirrorConnector[]> | undefined): boolean {
  if (connectors?.kind !== 'read') return false;
  const sources = connectors.value.filter(({ kind }) => kind === 'source');
  return sources.length > 0 && sources.every(({ state, tasks }) => state === 'STOPPED' && tasks.length === 0);
}
