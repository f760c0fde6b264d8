import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { LabCluster } from '../../../../../lab/cluster.ts';
import { type Lab, startLab } from '../../../../../lab/lab.ts';
import { RecordWriter } from '../../../../../lab/workload/record-writer.ts';
import { BrokerConnection } from '../../../../../shared/adapters/kafka/connection/broker-connection.ts';
import { BrokerFailure } from '../../../../../shared/adapters/kafka/connection/broker-failure.ts';
import { Deadline } from '../../../../../shared/adapters/kafka/connection/deadline.ts';
import { parseAddress } from '../../../../../shared/adapters/kafka/connection/server-address.ts';
import { readLocalStart } from '../../../../../shared/adapters/kafka/reading/read-offsets.ts';
import type { VersionLimits } from '../../../../../shared/adapters/kafka/wire/api.ts';

let lab: Lab;
let cluster: LabCluster;
const deadline = new Deadline(60_000);

beforeAll(async () => {
  lab = await startLab();
  cluster = await lab.startCluster({ alias: 'A' });
  await cluster.admin.createTopic('trimmed');
  await new RecordWriter(cluster.admin).write('trimmed', 10);
  await cluster.admin.deleteRecords('trimmed', 0, 4n);
});
afterAll(async () => {
  deadline.end(new BrokerFailure('READER_CLOSED', 'the test is over'));
  await lab?.stop();
});

test('where a leader’s own disk begins is its log’s begin without tiered storage, and unknown to old brokers', async () => {
  const partition = { topic: 'trimmed', partition: 0 };
  const now = await readLocalStart(await connect({}), partition);
  expect(now).toEqual({ kind: 'value', value: 4n });
  const old = await readLocalStart(await connect({ ListOffsets: 7 }), partition);
  expect(old).toEqual({ kind: 'value', value: null });
});

function connect(versionLimits: VersionLimits): Promise<BrokerConnection> {
  const address = parseAddress(cluster.bootstrapServers);
  if (address === null) throw new Error('the lab has an address');
  const settings = {
    alias: 'A',
    clientId: 'tidemark-lab',
    tls: null,
    sasl: null,
    identity: 'nobody',
    connectTimeoutMs: 5_000,
    requestTimeoutMs: 5_000,
    maxInFlight: 5,
    deadline,
    versionLimits,
    names: new Map<string, string>(),
  };
  return BrokerConnection.open(address, settings, () => undefined);
}
