import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { ConfigurationError } from '../../../../shared/config/configuration-error.ts';
import type { FailoverConfig } from '../../../../shared/config/failover/failover-config.ts';
import { loadTidemarkYaml } from '../../../../shared/config/yaml/tidemark-yaml.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidemark-failover-yaml-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const FILE = join(folder, 'tidemark.yaml');
const PASSWORD = 'hunter2-hunter2';

/** The file with this failover from its sixth line on. */
function load(failover: string, options: { connect?: boolean; writers?: boolean } = {}): FailoverConfig | undefined {
  const { connect = true, writers = true } = options;
  const lines = [
    'clusters:',
    '  A: { bootstrapServers: "a:9092", sasl: { mechanism: PLAIN, username: auditor, password: { env: AUDITOR } } }',
    '  B: { bootstrapServers: "b:9092" }',
    'flows:',
    `  - flow: A->B${connect ? '\n    connect: { url: "http://connect:8083" }' : '\n    topics: [orders]'}`,
    '    failover:',
    ...failover.split('\n').map((line) => `      ${line}`),
  ];
  writeFileSync(FILE, `${lines.join('\n')}\n`);
  const environment = { AUDITOR: 'a', APP: PASSWORD, TOKEN: 't' };
  return loadTidemarkYaml(FILE, environment, { writers }).config.failover?.get('A->B');
}

function faults(
  failover: string,
  connect = true,
): readonly (readonly [key: string, line: number | null, message: string])[] {
  try {
    load(failover, { connect });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    expect(error.faults.every(({ remedy }) => remedy !== '')).toBe(true);
    return error.faults.map(({ key, line, message }) => [key, line, message]);
  }
}

describe('flows[].failover', () => {
  test('is read in the units of the failover', () => {
    const read = load(`objectives: { rpoRecords: 5, rtoSeconds: 60 }
mirrorControl: connect
fence: { acl: { principals: [User:app], mirrorPrincipal: User:mm2, everyoneWithoutAcl: true } }
dns: { hook: { apply: [switch, 'to b'], check: [is], environment: [TOKEN], timeoutSeconds: 2.5 } }
cutConnections: { hook: { apply: [cut] } }`);
    expect(read).toEqual({
      rpoRecords: 5n,
      rtoSeconds: 60,
      mirrorControl: { kind: 'connect', connection: { url: 'http://connect:8083' } },
      fence: {
        kind: 'acl',
        principals: ['User:app'],
        mirrorPrincipal: 'User:mm2',
        everyoneWithoutAcl: true,
        canary: null,
      },
      stopConsumers: null,
      dns: { apply: ['switch', 'to b'], check: ['is'], environment: { TOKEN: 't' }, timeoutMs: 2_500 },
      cutConnections: { apply: ['cut'], environment: {}, timeoutMs: 60_000 },
    });
  });

  test("gives the canary its own credentials, on the source's brokers, and only to a command that writes", () => {
    const yaml = `fence: { acl: { principals: [User:app], canary: { topic: orders, sasl: { mechanism: PLAIN, username: app, password: { env: APP } } } } }`;
    const canaryOf = (writers: boolean) => {
      const fence = load(yaml, { writers })?.fence;
      return fence?.kind === 'acl' ? fence.canary : null;
    };
    expect(canaryOf(true)).toMatchObject({
      topic: 'orders',
      connection: { alias: 'A', bootstrapServers: ['a:9092'], sasl: { username: 'app' } },
    });
    expect(canaryOf(false)).toMatchObject({ topic: 'orders', connection: { alias: 'A' } });
    expect(canaryOf(false)?.connection.sasl).toBeUndefined();
    expect(JSON.stringify(canaryOf(true))).not.toContain(PASSWORD);
  });

  test.each<[string, string, readonly (readonly [string, number, string | RegExp])[]]>([
    [
      'a principal that stands for all, one that is none, and that of MM2: all at once',
      'fence: { acl: { principals: ["User:*", app, User:mm2], mirrorPrincipal: User:mm2 } }',
      [
        ['flows[0].failover.fence.acl.principals[0]', 8, /fence MirrorMaker/],
        ['flows[0].failover.fence.acl.principals[1]', 8, 'is not a principal'],
        ['flows[0].failover.fence.acl.principals[2]', 8, /MirrorMaker's own/],
      ],
    ],
    ['an unknown key', 'fences: {}', [['flows[0].failover.fences', 8, 'is not a known key']]],
    ['a hook without a program', 'dns: { hook: { apply: [] } }', [['flows[0].failover.dns.hook.apply', 8, 'is empty']]],
    [
      'a command line that wants a shell',
      'dns: { hook: { apply: "switch b" } }',
      [['flows[0].failover.dns.hook.apply', 8, 'is not a list']],
    ],
    [
      'a variable that is not set',
      'dns: { hook: { apply: [a], environment: [ABSENT] } }',
      [['flows[0].failover.dns.hook.environment[0]', 8, /ABSENT is not set/]],
    ],
    ['no known control', 'mirrorControl: stop', [['flows[0].failover.mirrorControl', 8, /is neither connect nor/]]],
  ])('%s', (_, yaml, expected) => {
    const found = faults(yaml);
    expect(found.map(([key, line]) => [key, line])).toEqual(expected.map(([key, line]) => [key, line]));
    for (const [i, [, , message]] of expected.entries()) expect(found[i]?.[2]).toMatch(message);
  });

  test('mirrorControl: connect needs the API of Connect', () => {
    expect(faults('mirrorControl: connect', false)).toEqual([
      ['flows[0].failover.mirrorControl', 8, 'needs the REST API of Kafka Connect'],
    ]);
  });
});
