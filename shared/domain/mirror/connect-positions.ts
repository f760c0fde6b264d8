import { type Flow, flowName } from '../model/flow.ts';
import { PartitionMap } from '../model/partition-map.ts';
import type { ObservedConnectOffset } from './replication.ts';

/** Connect's committed positions of each source partition, by the connector that committed them. */
export type ConnectorPositions = PartitionMap<Map<string, ObservedConnectOffset>>;

/** Whether a connector's name rules out that it works for the flow: Strimzi names them `A->B.MirrorSourceConnector`. */
export function isOfAnotherFlow(flow: Flow, connector: string): boolean {
  return connector.includes('->') && !isNamedAfter(flow, connector);
}

/**
 * The position of each partition in this flow: that of the connector named after the flow, else that of the only
 * connector. If several connectors have a position, it is not known whose the flow's is, and none is used.
 */
export function positionsOfFlow(flow: Flow, positions: ConnectorPositions): PartitionMap<ObservedConnectOffset> {
  const chosen = new PartitionMap<ObservedConnectOffset>();
  for (const [topic, partition, byConnector] of positions.entries()) {
    const position = onlyPosition(flow, byConnector);
    if (position !== null) chosen.set(topic, partition, position);
  }
  return chosen;
}

/** Null if there is none, or it is not known whose the flow's is. */
function onlyPosition(
  flow: Flow,
  byConnector: ReadonlyMap<string, ObservedConnectOffset>,
): ObservedConnectOffset | null {
  // Almost always: whatever the connector is called.
  if (byConnector.size === 1) for (const position of byConnector.values()) return position;
  const all = [...byConnector];
  const named = all.filter(([connector]) => isNamedAfter(flow, connector));
  const [first, ...others] = named.length > 0 ? named : all;
  return first !== undefined && others.length === 0 ? first[1] : null;
}

function isNamedAfter(flow: Flow, connector: string): boolean {
  return connector.startsWith(`${flowName(flow)}.`);
}
