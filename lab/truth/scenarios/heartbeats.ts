import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { done } from '../../agent-schemas.ts';
import { waitUntilMirrored, waitUntilSettled } from '../../mirroring.ts';
import { waitUntil } from '../../wait-until.ts';
import type { LiveScenario } from '../live-scenario.ts';
import type { LiveStage } from '../live-stage.ts';
import { waitUntilAt } from '../wait-until-at.ts';

const HOUR_MS = 3_600_000;

export const silentHeartbeats: LiveScenario = {
  name: 'silent-heartbeats',
  title: 'the opposite flow, which writes the heartbeats, has been silent for an hour; this one mirrors, rests, dies',
  stage: { mm2: { 'B->A.emit.heartbeats.enabled': 'false' } },
  async play(stage) {
    const { a, b, writer } = stage;
    await a.admin.createTopics({ t: {}, heartbeats: {} });
    await writeHeartbeat(stage, Date.now() - HOUR_MS);
    const mm2 = await stage.startMm2();
    const mirroring = { source: a, target: b, topic: 't', mm2 };
    await writer.write('t', 300);
    await a.admin.commitOffsets('g', 't', { 0: 300n });
    await waitUntilSettled(mirroring);
    await waitUntilAt(b, 'g', 'A.t', 300n);
    await waitUntil('MM2 to mirror the old heartbeat', async () =>
      (await b.admin.listTopics()).includes('A.heartbeats'),
    );
    await waitUntilMirrored({ ...mirroring, topic: 'heartbeats' });
    await stage.moment('the newest heartbeat is an hour old, syncs are fresh', { healthy: true, mm2: 'alive' });
    await writer.write('t', 50);
    await waitUntilMirrored(mirroring);
    await stage.moment('50 more have arrived', { allow: ['GROUP_SYNC_OFF'], healthy: true, mm2: 'alive' });
    // With this policy MM2 has rested for long after seconds, not minutes.
    const policy = { heartbeatStaleMs: 1_000, mirrorStoppedMs: 2_000 };
    await waitUntilSettled(mirroring);
    const restsSince = Date.now();
    await waitUntil('MM2 to rest', () => Date.now() - restsSince > 6_000);
    await stage.moment('nothing has come for some time, nothing waits', {
      policy,
      mm2: 'alive',
      verdict: ['ready', 'at-risk'],
    });
    await mm2.kill();
    await writer.write('t', 40);
    const killedAt = Date.now();
    await waitUntil('40 records to wait for long', () => Date.now() - killedAt > 5_000);
    await stage.moment('MM2 is dead, 40 records wait', { expect: ['MIRROR_STOPPED'], verdict: ['not-ready'], policy });
    await mm2.start();
    await waitUntilSettled(mirroring);
    await stage.moment('MM2 is back', { healthy: true, mm2: 'alive' });
  },
};

export const slowHeartbeats: LiveScenario = {
  name: 'slow-heartbeats',
  title: 'MM2 writes heartbeats more rarely than the policy would have them',
  // As with the default policy and an interval of a minute, three times as fast.
  stage: { mm2: { 'emit.heartbeats.interval.seconds': '20' } },
  async play(stage) {
    const { a, b, writer } = stage;
    await a.admin.createTopics({ t: {} });
    const mm2 = await stage.startMm2();
    const mirroring = { source: a, target: b, topic: 't', mm2 };
    await writer.write('t', 300);
    await a.admin.commitOffsets('g', 't', { 0: 300n });
    await waitUntilSettled(mirroring);
    await waitUntilAt(b, 'g', 'A.t', 300n);
    const policy = { heartbeatStaleMs: 5_000, mirrorStoppedMs: 10_000 };
    const well = { healthy: true, mm2: 'alive', policy } as const;
    await stage.moment('settled', well);
    await waitUntil('the newest heartbeat to be older than a stopped mirror’s', async () => {
      if (!(await b.admin.listTopics()).includes('A.heartbeats')) return false;
      const newest = (await b.admin.readRaw('A.heartbeats', 0)).at(-1);
      return newest !== undefined && Date.now() - Number(newest.timestamp) > 12_000;
    });
    await stage.moment('idle, the newest heartbeat is 12 s old', well);
    await stage.moment('the same for an audit without a history', { ...well, withoutMemory: true });
  },
};

/** A heartbeat of the flow B->A in `heartbeats` on A, as MM2 writes it. */
async function writeHeartbeat({ a, lab }: LiveStage, timestamp: number): Promise<void> {
  const text = (value: string): Buffer => {
    const length = Buffer.alloc(2);
    length.writeInt16BE(value.length);
    return Buffer.concat([length, Buffer.from(value)]);
  };
  const key = Buffer.concat([text('B'), text('A')]).toString('base64');
  const value = Buffer.alloc(10);
  value.writeBigInt64BE(BigInt(timestamp), 2);
  const file = join(mkdtempSync(join(lab.folder, 'heartbeat-')), 'heartbeat.tsv');
  writeFileSync(file, `${['heartbeats', 0, timestamp, key, value.toString('base64')].join('\t')}\n`);
  await a.admin.call('produceFile', { file }, done);
}
