import type { FailbackStage } from './failback-stage.ts';
import { NAMES } from './failback-stage.ts';

export const SABOTAGES = ['duplicate', 'skip'] as const;
/** What is done behind the failback's back, to show that the drill counts it. */
export type Sabotage = (typeof SABOTAGES)[number];

const RECORDS = 10n;

/**
 * After the failback: sets the forward mirror some records back, so that it writes them a second time; or moves the
 * positions of a group that has not read yet.
 */
export async function doHarm(sabotage: Sabotage, stage: FailbackStage, group: string): Promise<void> {
  const { admin } = stage.a;
  if (sabotage === 'duplicate') return await stage.connect.rewind('A->B.MirrorSourceConnector', NAMES, Number(RECORDS));
  for (const { topic, partition, offset } of await admin.groupOffsets(group)) {
    await admin.commitOffsets(group, topic, { [partition]: offset + RECORDS });
  }
}
