import { join } from 'node:path';
import kafkajs from 'kafkajs';
import * as z from 'zod';
import { waitUntil } from '../../../wait-until.ts';
import { FailoverStage, TOPICS } from '../../failover/failover-stage.ts';
import { faultedPartitions, playReconcile, tidemark } from '../play-reconcile.ts';
import type { ReconcileScenario } from '../scenario.ts';

const assessed = z.object({ run: z.string(), hash: z.string(), refused: z.array(z.string()) });
const ran = z.object({ phase: z.string(), faults: z.array(z.object({ code: z.string(), reason: z.string() })) });

const MIRRORED = Object.keys(TOPICS);
const LOAD = 1_500;
const TAIL = 2_500;
/** Lost records that an application writes to the target again after the failover, equal in everything. */
const AGAIN = 5;

/** The source dies with an unmirrored tail, clients move to the target and write there, and the source comes back. */
export const sourceKilled: ReconcileScenario = {
  name: 'source-killed',
  title: 'the source is killed under load, clients fail over and write to the same topics, the source comes back',
  async play() {
    const stage = await FailoverStage.open({
      name: 'source-killed',
      mode: 'unplanned',
      policy: 'identity',
      mirror: 'dedicated',
      fault: 'killed',
      restingGroups: 8,
    });
    try {
      const { a, b, lab } = stage;
      const written = (count: number) =>
        waitUntil(`${count} records to be written`, () => stage.producer.acknowledged.length >= count, {
          deadlineMs: 180_000,
        });
      await stage.startClients();
      await written(LOAD);
      await audit(stage);
      await written(stage.producer.acknowledged.length + 300);
      await audit(stage);
      stage.pauseMirror();
      await written(stage.producer.acknowledged.length + TAIL);
      await stage.loseSource();
      stage.resumeMirror();
      await stage.producer.stop();
      await failOver(stage);
      await stage.stopReading();
      await stage.bringSourceBack();

      const common = ['--config', join(lab.folder, 'tidemark.yaml'), '--history', join(lab.folder, 'history.db')];
      const world = { scenario: 'source-killed', folder: lab.folder, a, b, common };
      const faulted = await faultedPartitions(world, new Map(MIRRORED.map((topic) => [topic, topic])));
      await stage.nativeProducer.start(stage.reach, MIRRORED);
      await waitUntil('applications to write to the target', () => stage.nativeProducer.acknowledged.length >= 200, {
        deadlineMs: 60_000,
      });
      await stage.nativeProducer.stop();
      await writeAgain(stage);
      const refused = await tidemark(world, 'replay', '--plan', join(lab.folder, 'refused.json'));
      if (refused.code !== 4)
        throw new Error(`equal records after the failover point were not refused: ${refused.code}`);
      return await playReconcile(world, faulted, ['--even-if-equal']);
    } finally {
      await stage.stop();
    }
  },
};

async function audit(stage: FailoverStage): Promise<void> {
  const { code, stdout } = await stage.tidemark('audit');
  if (code > 1) throw new Error(`tidemark audit ended with ${code}: ${stdout.slice(0, 1_000)}`);
}

async function failOver(stage: FailoverStage): Promise<void> {
  const said = await stage.tidemark('failover', 'assess', '--unplanned');
  const { run, hash, refused } = assessed.parse(JSON.parse(said.stdout));
  if (refused.length > 0) throw new Error(`the failover was refused: ${refused.join(', ')}`);
  const done = ran.parse(JSON.parse((await stage.tidemark('failover', 'run', run, '--approve', hash)).stdout));
  if (done.phase === 'completed') return;
  throw new Error(`the failover stopped: ${done.faults.map(({ code, reason }) => `${code}: ${reason}`).join('; ')}`);
}

/** An application that sends its last records again, as one with an outbox does. */
async function writeAgain({ a, reach }: FailoverStage): Promise<void> {
  const last = (await a.admin.readRaw('orders', 0)).slice(-AGAIN);
  const kafka = new kafkajs.Kafka({ ...reach, logLevel: kafkajs.logLevel.NOTHING });
  const producer = kafka.producer();
  await producer.connect();
  const messages = last.map(({ key, value, timestamp }) => ({
    partition: 0,
    key,
    value,
    timestamp: timestamp.toString(),
    headers: { id: value ?? '' },
  }));
  await producer.send({ topic: 'orders', acks: -1, messages });
  await producer.disconnect();
}
