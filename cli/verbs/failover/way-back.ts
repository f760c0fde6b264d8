import type { KafkaConnection } from '../../../shared/config/connection/kafka-connection.ts';
import { type FailoverConfig, NO_FAILOVER } from '../../../shared/config/failover/failover-config.ts';
import type { TidemarkConfig } from '../../../shared/config/tidemark-config.ts';
import { type Flow, flowName, oppositeOf } from '../../../shared/domain/model/flow.ts';
import { failoverToTakeBack } from '../../../shared/failover/failover-to-take-back.ts';
import type { StoredRun } from '../../../shared/failover/run-entry-schema.ts';
import type { RunStore } from '../../../shared/failover/run-store.ts';
import type { WayBackParts } from '../../../shared/failover/way-back-of.ts';
import type { MirrorOffsets } from '../../../shared/ports.ts';
import { UsageError } from '../../output/usage-error.ts';
import { fenceOf, mirrorOf } from './flow-levers.ts';

/** As `failoverToTakeBack`. @throws UsageError if there is none */
export async function requireFailover(runs: RunStore, flow: string | null, id: string | null): Promise<StoredRun> {
  const found = await failoverToTakeBack(runs, flow, id);
  if (found.kind === 'found') return found.stored;
  throw new UsageError(found.reason, found.remedy);
}

/** The flow that leads back, and the one that was failed over. @throws UsageError if the configuration lacks one */
export function flowsOf({ flows }: TidemarkConfig, forward: string): { readonly back: Flow; readonly forward: Flow } {
  const found = flows.find((one) => flowName(one) === forward);
  const back = found === undefined ? null : oppositeOf(found, flows);
  if (found !== undefined && back !== null) return { back, forward: found };
  const [source = '', target = ''] = forward.split('->');
  const missing = found === undefined ? forward : `${target}->${source}`;
  throw new UsageError(
    `the configuration has no flow ${missing}`,
    `a failback needs both directions: enable ${missing} as well, and add its flows[].connect and flows[].failover`,
  );
}

/** Where the mirrors of both flows are controlled, and the fence on the cluster that clients return to. */
export async function leversOfWayBack(
  config: TidemarkConfig,
  { back, forward }: { readonly back: Flow; readonly forward: Flow },
  connectionOf: (alias: string) => KafkaConnection,
): Promise<WayBackParts['levers']> {
  const configOf = (flow: Flow): FailoverConfig => config.failover?.get(flowName(flow)) ?? NO_FAILOVER;
  return {
    offsets: await offsetsOf(configOf(back), back),
    forwardOffsets: await offsetsOf(configOf(forward), forward),
    forwardMirror: await mirrorOf(configOf(forward), forward),
    targetFence: await fenceOf(configOf(forward), connectionOf(forward.source), flowName(forward)),
  };
}

/** Offsets can be set where the mirror is controlled by Kafka Connect. */
async function offsetsOf({ mirrorControl }: FailoverConfig, flow: Flow): Promise<MirrorOffsets | null> {
  if (mirrorControl?.kind !== 'connect') return null;
  const { createConnectMirrorOffsets } = await import(
    '../../../shared/adapters/connect-rest/connect-mirror-offsets.ts'
  );
  return createConnectMirrorOffsets(mirrorControl.connection, flow);
}
