import type { FailoverStage } from './failover-stage.ts';
import { TOPICS } from './failover-stage.ts';

export const SABOTAGES = ['skip', 'reread', 'loss'] as const;
/** What is done behind the failover's back, to show that the drill counts it. */
export type Sabotage = (typeof SABOTAGES)[number];

const RECORDS = 10n;

/** After the failover: moves the restored positions of a group that has not read yet, or removes records of the target. */
export async function doHarm(sabotage: Sabotage, stage: FailoverStage, group: string): Promise<void> {
  const { admin } = stage.b;
  if (sabotage === 'loss') {
    for (const topic of Object.keys(TOPICS)) await admin.deleteRecords(stage.onTarget(topic), 0, RECORDS);
    return;
  }
  for (const { topic, partition, offset } of await admin.groupOffsets(group)) {
    const to = sabotage === 'skip' ? offset + RECORDS : offset > RECORDS ? offset - RECORDS : 0n;
    await admin.commitOffsets(group, topic, { [partition]: to });
  }
}
