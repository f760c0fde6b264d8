import type { FailbackStage } from './failback-stage.ts';
import { NAMES } from './failback-stage.ts';

export const SABOTAGES = ['duplicate', 'skip'] as const;
/** What is done behind the back of the last run, to show that the drill counts it. */
export type Sabotage = (typeof SABOTAGES)[number];

const RECORDS = 10n;

/**
 * After the last run: sets the mirror that wrote last, or writes next, some records back, so that it writes them a second time; or moves the
 * positions of a group that has not read yet.
 */
export async function doHarm(sabotage: Sabotage, stage: FailbackStage, group: string): Promise<void> {
  const { admin } = stage.clusterOf(stage.last);
  const { connect, connector } = stage.lastMirror;
  if (sabotage === 'duplicate') return await connect.rewind(connector, NAMES, Number(RECORDS));
  for (const { topic, partition, offset } of await admin.groupOffsets(group)) {
    await admin.commitOffsets(group, topic, { [partition]: offset + RECORDS });
  }
}
