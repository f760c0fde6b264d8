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
      dns: {
        by: {
          kind: 'hook',
          hook: { apply: ['switch', 'to b'], check: ['is'], environment: { TOKEN: 't' }, timeoutMs: 2_500 },
        },
        lookup: null,
      },
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

describe('flows[].failover.dns', () => {
  const named = (leadsTo: string, more = '') =>
    load(`dns: { route53: { zone: Z0123 }, name: Kafka.Example.com., leadsTo: [${leadsTo}]${more} }`)?.dns;

  test('is a record of Route 53, of the type that its values have', () => {
    const record = { name: 'kafka.example.com', zone: 'Z0123', ttlSeconds: 5 };
    expect(named('B.example.com')?.by).toEqual({
      kind: 'route53',
      record: { ...record, type: 'CNAME', leadsTo: ['b.example.com'] },
    });
    expect(named('10.0.0.1, 10.0.0.2')?.by).toMatchObject({ record: { type: 'A', leadsTo: ['10.0.0.1', '10.0.0.2'] } });
    expect(named('"fd00::1"')?.by).toMatchObject({ record: { type: 'AAAA' } });
    expect(named('b.example.com')?.lookup).toBeNull();
  });

  test('is the health check of a failover pair, if nothing else is named', () => {
    const switched = (more: string) =>
      load(`dns: { name: k.example.com, leadsTo: [b.example.com], resolvers: [10.0.0.2]${more} }`)?.dns?.by;
    const record = { name: 'k.example.com', type: 'CNAME', leadsTo: ['b.example.com'] };
    const pair = { primary: 'A', secondary: 'B', record, deployment: null };
    expect(switched('')).toEqual({ kind: 'healthCheck', healthCheck: pair });
    expect(switched(', healthCheck: { primary: B, deployment: prod }')).toEqual({
      kind: 'healthCheck',
      healthCheck: { ...pair, primary: 'B', secondary: 'A', deployment: 'prod' },
    });
  });

  const arn = (id: string) => `arn:aws:route53-recovery-control::111122223333:controlpanel/0123/routingcontrol/${id}`;
  const endpoints = (count: number) =>
    Array.from({ length: count }, (_, index) => `r${index}: "https://r${index}.example.com/v1"`).join(', ');

  test('is routing controls of a cluster with five endpoints', () => {
    const by = load(
      `dns: { routingControl: { turnOn: ["${arn('b')}"], turnOff: ["${arn('a')}"], endpoints: { ${endpoints(5)} } } }`,
    )?.dns?.by;
    expect(by).toMatchObject({ kind: 'routingControl', controls: { turnOn: [arn('b')], turnOff: [arn('a')] } });
    expect(by?.kind === 'routingControl' && by.controls.endpoints[4]).toEqual({
      region: 'r4',
      url: 'https://r4.example.com/v1',
    });
  });

  test.each([
    [`turnOn: ["${arn('b')}"], endpoints: { ${endpoints(4)} }`, 'endpoints', /five endpoints/],
    [`turnOn: ["${arn('b')}"], turnOff: ["${arn('b')}"], endpoints: { ${endpoints(5)} }`, '', /on and off/],
    [`turnOn: [arn:aws:x], endpoints: { ${endpoints(5)} }`, 'turnOn[0]', /no ARN of a routing control/],
    [`turnOn: ["${arn('b')}"], endpoints: { ${endpoints(4)}, e: "http://e" }`, 'endpoints.e', /no https URL/],
  ])('routing controls with a fault: %s', (yaml, key, message) => {
    const [fault] = faults(`dns: { routingControl: { ${yaml} } }`);
    expect(fault).toEqual([
      ['flows[0].failover.dns.routingControl', key].filter(Boolean).join('.'),
      8,
      expect.stringMatching(message),
    ]);
  });

  test('flows of one name have the primary of the first, and may not name different ones', () => {
    const flow = (name: string, primary: string) =>
      `  - { flow: ${name}, topics: [t], failover: { dns: { name: k, leadsTo: [b.c], resolvers: [10.0.0.2]${primary} } } }`;
    const read = (primary: string) => {
      const clusters = ['clusters:', '  A: { bootstrapServers: "a:9092" }', '  B: { bootstrapServers: "b:9092" }'];
      writeFileSync(FILE, [...clusters, 'flows:', flow('A->B', ''), flow('B->A', primary), ''].join('\n'));
      return loadTidemarkYaml(FILE, {}).config.failover?.get('B->A')?.dns?.by;
    };
    expect(read('')).toMatchObject({ healthCheck: { primary: 'A', secondary: 'B' } });
    const message = expect.stringMatching(/switches k between B and A, and another flow between A and B/);
    expect(() => read(', healthCheck: { primary: B }')).toThrow(
      expect.objectContaining({ faults: [expect.objectContaining({ key: 'flows[1].failover.dns', message })] }),
    );
  });

  test('is looked up at resolvers, with a hook too', () => {
    const record = { name: 'kafka.example.com', type: 'CNAME', leadsTo: ['b.example.com'] };
    expect(
      named('b.example.com', ', resolvers: [10.0.0.2, "10.0.0.3:5353", "fd00::2", "[fd00::3]:54"]')?.lookup,
    ).toEqual({
      record,
      resolvers: ['10.0.0.2:53', '10.0.0.3:5353', '[fd00::2]:53', '[fd00::3]:54'],
    });
    const hooked = load(
      'dns: { hook: { apply: [a] }, name: kafka.example.com, leadsTo: [b.example.com], resolvers: [10.0.0.2] }',
    );
    expect(hooked?.dns).toMatchObject({ by: { kind: 'hook' }, lookup: { record, resolvers: ['10.0.0.2:53'] } });
  });

  test.each([
    ['dns: {}', 'dns', /needs name and leadsTo/],
    ['dns: { healthCheck: {} }', 'dns', /needs name and leadsTo/],
    ['dns: { name: k, leadsTo: [b.c] }', 'dns', /needs resolvers/],
    [
      'dns: { name: k, leadsTo: [b.c], resolvers: [10.0.0.2], healthCheck: { primary: C } }',
      'dns',
      /primary C, which is not a cluster/,
    ],
    ['dns: { hook: { apply: [a] }, route53: { zone: Z1 }, name: k, leadsTo: [b.c] }', 'dns', /has route53 and hook/],
    ['dns: { route53: { zone: Z1 } }', 'dns', /needs name and leadsTo/],
    ['dns: { route53: { zone: Z1 }, name: k.example.com }', 'dns', /has name and no leadsTo/],
    ['dns: { route53: { zone: z/1 }, name: k, leadsTo: [b.c] }', 'dns.route53.zone', /no id of a hosted zone/],
    ['dns: { hook: { apply: [a] }, name: "k:9092", leadsTo: [b.c] }', 'dns.name', /no DNS name/],
    ['dns: { hook: { apply: [a] }, name: 10.0.0.1, leadsTo: [b.c] }', 'dns.name', /no DNS name/],
    ['dns: { hook: { apply: [a] }, name: k, leadsTo: [b.c, d.e] }', 'dns.leadsTo', /one host name/],
    ['dns: { hook: { apply: [a] }, name: k, leadsTo: [10.0.0.1, b.c] }', 'dns.leadsTo', /one host name/],
    ['dns: { hook: { apply: [a] }, name: k, leadsTo: [10.0.0.999] }', 'dns.leadsTo', /one host name/],
    ['dns: { hook: { apply: [a] }, resolvers: [10.0.0.2] }', 'dns.resolvers', /without name and leadsTo/],
    [
      'dns: { hook: { apply: [a] }, name: k, leadsTo: [b.c], resolvers: [ns.example.com] }',
      'dns.resolvers[0]',
      /DNS server/,
    ],
    [
      'dns: { hook: { apply: [a] }, name: k, leadsTo: [b.c], resolvers: ["10.0.0.2:0"] }',
      'dns.resolvers[0]',
      /DNS server/,
    ],
  ])('%s is a fault', (yaml, key, message) => {
    const found = faults(yaml);
    expect(found.map(([at]) => at)).toContain(`flows[0].failover.${key}`);
    expect(found.map(([, , text]) => text).join()).toMatch(message);
  });
});
