import { afterEach, describe, expect, test } from '@jest/globals';
import { createMirrorSettingsReader, settingsIn } from '../../../../shared/adapters/connect-rest/mirror-settings.ts';
import { type ConnectServer, json, recorded, startConnectServer } from './connect-server.ts';

const FLOW = { source: 'A', target: 'B' } as const;
const CLASS = 'org.apache.kafka.connect.mirror.MirrorSourceConnector';
const status = { connector: { state: 'RUNNING', worker_id: 'w:1' }, tasks: [] };

function answer(config: Readonly<Record<string, string>>): Record<string, unknown> {
  const aliases = { 'connector.class': CLASS, 'source.cluster.alias': 'A', 'target.cluster.alias': 'B' };
  return { one: { info: { config: { ...aliases, ...config } }, status } };
}

describe('the settings of a MirrorSourceConnector', () => {
  test('are numbers of its configuration, and nothing else of it', () => {
    const config = {
      'tasks.max': '4',
      'producer.override.batch.size': ' 327680 ',
      'producer.override.max.request.size': 'much',
      'source.cluster.sasl.jaas.config': 'hunter2',
    };
    expect(settingsIn(answer(config), FLOW)).toEqual({
      ...{ tasksMax: 4, batchSize: 327_680, maxRequestSize: null, bufferMemory: null },
    });
    expect(settingsIn(recorded('connectors-expand'), FLOW)).toMatchObject({ batchSize: null });
  });

  test('are unknown if two connectors mirror the flow', () => {
    const { one } = answer({});
    expect(() => settingsIn({ one, two: one }, FLOW)).toThrow('has 2 MirrorSourceConnectors of A->B');
  });
});

describe('reading them', () => {
  const servers: ConnectServer[] = [];
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });
  const ask = async (body: unknown, code = 200) => {
    const server = await startConnectServer(json(body, code));
    servers.push(server);
    return await createMirrorSettingsReader({ url: server.url }, { deadlineMs: 10_000 }).settingsOf(FLOW);
  };

  test('takes one request', async () => {
    expect(await ask(answer({ 'tasks.max': '2' }))).toMatchObject({ kind: 'read', value: { tasksMax: 2 } });
    expect(servers[0]?.requests).toEqual(['GET /connectors?expand=status&expand=info -']);
  });

  test('says why they are unknown', async () => {
    expect(await ask({}, 401)).toMatchObject({ kind: 'unread', unread: { error: 'CONNECT_REFUSED', cluster: 'B' } });
    expect(await ask({})).toMatchObject({ kind: 'unread', unread: { error: 'CONNECTOR_NOT_FOUND' } });
  });
});
