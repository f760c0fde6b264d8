import { basename, dirname } from 'node:path';
import { buildOnce } from './build-once.ts';
import { archiveFolder } from './class-archive.ts';
import { type Lab, startLab } from './lab.ts';
import { CACHE, resolveClasspath } from './maven-classpath.ts';
import { waitUntilGroupSynced } from './mirroring.ts';
import { mm2Properties } from './mm2-properties.ts';
import { RecordWriter } from './workload/record-writer.ts';

/**
 * Builds everything that labs share, once: artifacts, the lab's own classes, and class archives of working processes.
 * Every lab does this before its first process, if nobody did it before.
 */
export async function prepareLab(cache: string = CACHE): Promise<void> {
  const folder = archiveFolder(cache, await resolveClasspath(cache));
  await buildOnce(dirname(folder), basename(folder), (aside) => archiveClasses(cache, aside));
}

async function archiveClasses(cache: string, folder: string): Promise<void> {
  const lab = await startLab({ cache, makeArchives: folder });
  try {
    await workOut(lab);
  } finally {
    await lab.stop();
  }
}

async function workOut(lab: Lab): Promise<void> {
  const cluster = await lab.startCluster({ alias: 'A' });
  // One broker serves as both sides: only the loaded classes matter.
  const itself = { alias: 'B', bootstrapServers: cluster.bootstrapServers };
  const mm2 = await lab.startMm2({ properties: mm2Properties(cluster, itself, { topics: 'orders', groups: 'g' }) });
  await cluster.admin.createTopic('orders');
  await new RecordWriter(cluster.admin).writeTransaction('orders', 100, 'commit', { partition: 0 });
  const consumer = await cluster.admin.startConsumer({ group: 'live', topics: ['orders'], protocol: 'consumer' });
  await cluster.admin.commitOffsets('g', 'orders', { 0: 50n });
  await waitUntilGroupSynced({ source: cluster, target: cluster, topic: 'orders', targetTopic: 'A.orders', mm2 }, 'g');
  await consumer.stop();
  await mm2.stop();
  await cluster.shutDown(1);
}

// Its only argument is the cache's folder.
if (import.meta.main) await prepareLab(process.argv[2]);
