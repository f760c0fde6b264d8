import type { LabCluster } from '../../cluster.ts';

/** Where all partitions of a topic end, added up; 0 if the topic is not there yet. */
export async function endsSum(cluster: LabCluster, topic: string): Promise<bigint> {
  if (!(await cluster.admin.listTopics()).includes(topic)) return 0n;
  const logs = await cluster.admin.listOffsets(topic);
  return logs.reduce((sum, { highWatermark }) => sum + highWatermark, 0n);
}

/** Records per second that a topic grows by, counted by Kafka's own AdminClient. */
export async function mirroredPerSecond(cluster: LabCluster, topic: string, seconds: number): Promise<number> {
  const [began, begin] = [performance.now(), await endsSum(cluster, topic)];
  await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
  const end = await endsSum(cluster, topic);
  return Number(end - begin) / ((performance.now() - began) / 1000);
}
