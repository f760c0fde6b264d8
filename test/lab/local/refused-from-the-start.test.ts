import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { LocalCloud, type Minute } from '../../../lab/local/local-cloud.ts';
import { synthesizeStack } from '../../../lab/local/synthesize-stack.ts';

const SECRET = 'lab/a';
const RIGHT = 'correct horse battery staple';

/** A new deployment whose password was never right: as deployed, with its bundles, alarms and events. */
describe('a flow that is refused from its first audit on', () => {
  let lab: Lab;
  let cloud: LocalCloud;
  const minutes: Minute[] = [];

  beforeAll(async () => {
    lab = await startLab();
    const [a, b] = await Promise.all([
      lab.startCluster({ alias: 'A', security: { users: { auditor: RIGHT } } }),
      lab.startCluster({ alias: 'B' }),
    ]);
    const login = a.clientPropertiesFor({ listener: 'SASL_PLAINTEXT', mechanism: 'PLAIN', user: 'auditor' });
    const sasl = { mechanism: 'PLAIN', username: 'auditor', password: { env: 'A_PASSWORD' } };
    const stack = await synthesizeStack(
      {
        settings: {
          deployment: { name: 'new' },
          secrets: { A_PASSWORD: { secretsManager: SECRET } },
          pages: { email: true },
        },
        configuration: {
          clusters: {
            A: { bootstrapServers: login['bootstrap.servers'], sasl },
            B: { bootstrapServers: b.bootstrapServers },
          },
        },
        mm2: 'clusters = A, B\nA->B.enabled = true\n',
      },
      lab.folder,
    );
    cloud = await LocalCloud.start(stack);
    cloud.secrets.secrets.set(SECRET, { kind: 'text', text: 'never the right one' });
  });
  afterAll(async () => {
    await cloud?.[Symbol.asyncDispose]();
    await lab?.stop();
  });

  async function play(count: number): Promise<void> {
    for (let i = 0; i < count; i++) minutes.push(await cloud.playMinute());
  }
  /** `minute topic subject` of all that people got. */
  const got = (what: 'notifications' | 'pages', from = 1) =>
    minutes
      .filter(({ minute }) => minute >= from)
      .flatMap((one) =>
        one[what].map(({ topic, subject }) => `${one.minute} ${cloud.stack.topics.get(topic)}: ${subject}`),
      );

  test('before its first audit nobody hears of it; then the finding pages at once, and its alarm with the third audit', async () => {
    cloud.schedule(false);
    await play(6);
    expect([got('notifications'), got('pages')]).toEqual([[], []]);

    cloud.schedule(true);
    await play(6);
    expect(got('pages')).toEqual(['7 Tidemark alarms: CRITICAL ACCESS_REFUSED: flow A->B, cluster A [new]']);
    expect(got('notifications')).toEqual([
      '7 Tidemark tickets: ALARM: "Tidemark-new/failures-waiting"',
      '9 Tidemark alarms: ALARM: "Tidemark-new/A->B/flow-not-audited"',
    ]);
  });

  test('with the right password that finding is resolved, once; of all new alarms only the one that was raised says that it is over', async () => {
    cloud.secrets.secrets.set(SECRET, { kind: 'text', text: RIGHT });
    await play(3);
    const about = got('pages').filter((page) => page.includes('ACCESS_REFUSED'));
    expect(about).toEqual([
      '7 Tidemark alarms: CRITICAL ACCESS_REFUSED: flow A->B, cluster A [new]',
      '13 Tidemark alarms: RESOLVED ACCESS_REFUSED: flow A->B, cluster A [new]',
    ]);
    expect(got('notifications', 13)).toEqual(['13 Tidemark alarms: OK: "Tidemark-new/A->B/flow-not-audited" in local']);
  });
});
