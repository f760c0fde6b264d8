import { MM2_ON_THREE_BROKERS } from '../../mm2-properties.ts';
import type { Fault } from './fault.ts';
import { auditorKilled, scheduleDisabled, tableGone } from './faults/auditor.ts';
import { brokerDown, flowRefused, replicatedBrokerDown, sourceGone } from './faults/clusters.ts';
import { groupSyncRefused, rereadsRise } from './faults/groups.ts';
import { checkpointsRefused, syncsRefused } from './faults/memory.ts';
import { linkCut, mm2Killed, taskFailed } from './faults/mirror.ts';
import { retentionLoss, topicRecreated } from './faults/topics.ts';
import type { WorldOptions } from './world.ts';

export interface PlayedWorld {
  readonly options: WorldOptions;
  /** Played one after the other. Those that leave something behind have a world of their own. */
  readonly faults: readonly Fault[];
  /** Whether the hour without a fault is played here, before the faults. */
  readonly steady?: true;
}

/** A broker that is killed and started again registers when its session has ended: within seconds, not within a minute. */
const SOON_FORGOTTEN = { 'broker.session.timeout.ms': '9000' };

export const WORLDS: readonly PlayedWorld[] = [
  {
    options: { source: { throughProxy: true, config: SOON_FORGOTTEN } },
    steady: true,
    faults: [mm2Killed, linkCut, auditorKilled, scheduleDisabled, tableGone, sourceGone],
  },
  // Two functions share the flows.
  { options: { threeFlows: true, settings: { auditFunctions: 2 } }, faults: [flowRefused] },
  { options: { onConnect: true }, faults: [taskFailed] },
  { options: { source: { brokers: 3 }, mm2: MM2_ON_THREE_BROKERS }, faults: [replicatedBrokerDown, brokerDown] },
  { options: {}, faults: [groupSyncRefused, rereadsRise] },
  { options: {}, faults: [retentionLoss, topicRecreated] },
  {
    // Groups read on and keep their old positions on the target; the tickets about that are not the ones that are played.
    options: {
      anyRereads: true,
      settings: { maxMappingAgeSeconds: 20, maxCheckpointAgeSeconds: 20, maxCheckpointFindings: 1_000 },
    },
    faults: [syncsRefused, checkpointsRefused],
  },
];
