import { startLab } from '../../lab/lab.ts';

/** A process that runs a lab with one cluster and one paused broker until it is killed. */
const lab = await startLab();
const cluster = await lab.startCluster({ alias: 'A' });
const topics = await cluster.admin.listTopics();
cluster.pause(1);
process.stdout.write(`${JSON.stringify({ folder: lab.folder, brokerPid: cluster.pid(1), topics })}\n`);
setInterval(() => undefined, 60_000);
