import { waitUntilMirrored, waitUntilSettled } from '../../mirroring.ts';
import type { LiveScenario } from '../live-scenario.ts';
import type { LiveStage } from '../live-stage.ts';
import { waitUntilAt } from '../wait-until-at.ts';

/** Kafka Streams deletes the records of a repartition topic as soon as it has read them. */
async function playPurges(stage: LiveStage, rounds: number): Promise<void> {
  const { a, b, writer } = stage;
  await a.admin.createTopics({ t: {}, marked: {} });
  const mm2 = await stage.startMm2();
  const mirroring = (topic: string) => ({ source: a, target: b, topic, mm2 });
  // Nothing shows that a deleted offset was the marker of a transaction.
  const expectation = { healthy: true, mm2: 'alive', loss: 'at-least' } as const;
  for (let round = 1; round <= rounds; round++) {
    await writer.write('t', 150 + round);
    await writer.writeTransaction('marked', 60 + round, 'commit');
    await waitUntilMirrored(mirroring('t'));
    await waitUntilMirrored(mirroring('marked'));
    for (const topic of ['t', 'marked']) {
      const [log] = await a.admin.listOffsets(topic);
      const end = log?.highWatermark ?? 0n;
      // Streams leaves the last batch now and then.
      await a.admin.deleteRecords(topic, 0, round % 2 === 0 ? end - 20n : -1n);
    }
    await stage.moment(`round ${round}: purged right after it was mirrored`, expectation);
  }
  await stage.moment('the same for an audit without a history', { ...expectation, withoutMemory: true });
}

export const purged: LiveScenario = {
  name: 'purged',
  title: 'records are deleted on the source right after MM2 mirrored them, as Kafka Streams does; once before',
  async play(stage) {
    const { a, b, writer } = stage;
    await playPurges(stage, 4);
    const mirroring = { source: a, target: b, topic: 't', mm2: stage.mm2 };
    const [log] = await a.admin.listOffsets('t');
    await writer.write('t', 1);
    await a.admin.commitOffsets('streams', 't', { 0: (log?.highWatermark ?? 0n) + 1n });
    await waitUntilSettled(mirroring);
    const [end] = await b.admin.listOffsets('A.t');
    await waitUntilAt(b, 'streams', 'A.t', end?.highWatermark ?? 0n);
    await stage.moment('settled, with the group at the end', { healthy: true, mm2: 'alive' });
    await stage.mm2.stop();
    await writer.write('t', 80);
    await stage.moment('80 records wait', { allow: ['HEARTBEAT_STALE'] });
    await a.admin.deleteRecords('t', 0, -1n);
    await stage.moment('they are deleted before MM2 has mirrored them', {
      expect: ['RECORDS_LOST_TO_RETENTION'],
      allow: ['HEARTBEAT_STALE', 'MIRROR_STOPPED'],
      verdict: ['not-ready'],
    });
  },
};

export const purgedUnflushed: LiveScenario = {
  name: 'purged-unflushed',
  title: 'the same with the default flush interval: what MM2 has acknowledged is a minute old',
  stage: { mm2: { 'B.offset.flush.interval.ms': '60000' } },
  play: (stage) => playPurges(stage, 4),
};
