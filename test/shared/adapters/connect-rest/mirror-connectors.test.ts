import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { mirrorConnectors } from '../../../../shared/adapters/connect-rest/mirror-connectors.ts';

const FLOW = { source: 'A', target: 'B' } as const;
const ALIASES = { 'source.cluster.alias': 'A', 'target.cluster.alias': 'B' } as const;
const CLASS = 'org.apache.kafka.connect.mirror.MirrorSourceConnector';
const RUNNING = { connector: { state: 'RUNNING', worker_id: 'w:1' }, tasks: [] };

function entry(config: object, status: unknown = RUNNING): object {
  return { info: { config: { 'connector.class': CLASS, ...ALIASES, ...config } }, status };
}

/** The answer with one failed task of the source connector. */
function failing(trace: string, config: object = {}, others: object = {}): object {
  const tasks = [{ id: 0, state: 'FAILED', worker_id: 'w:1', trace }];
  return { ...others, one: entry(config, { ...RUNNING, tasks }) };
}

function causeOf(answer: object): string | null | undefined {
  return mirrorConnectors(answer, FLOW)[0]?.tasks[0]?.cause;
}

const namesOf = (answer: object, flow: { source: string; target: string } = FLOW) =>
  mirrorConnectors(answer, flow).map(({ name, kind }) => `${name} ${kind}`);

describe('the connectors of a flow', () => {
  test('are found by class, in each form that Connect takes, and by aliases', () => {
    const answer = {
      d: entry({}),
      c: entry({ 'connector.class': 'MirrorSource' }),
      b: entry({ 'connector.class': 'MirrorCheckpointConnector' }),
      a: entry({ 'connector.class': 'x.MirrorHeartbeatConnector' }),
      back: entry({ 'source.cluster.alias': 'B', 'target.cluster.alias': 'A' }),
      third: entry({ 'target.cluster.alias': 'C' }),
      sink: entry({ 'connector.class': 'io.example.FileSink' }),
      odd: entry({ 'connector.class': 'constructor' }),
    };
    expect(namesOf(answer)).toEqual(['a heartbeat', 'b checkpoint', 'c source', 'd source']);
    expect(namesOf(answer, { source: 'B', target: 'A' })).toEqual(['back source']);
  });

  test('have the aliases source and target if none are set', () => {
    const answer = { one: { info: { config: { 'connector.class': CLASS } }, status: RUNNING } };
    expect(namesOf(answer, { source: 'source', target: 'target' })).toEqual(['one source']);
    expect(() => namesOf(answer)).toThrow('has no MirrorSourceConnector of A->B');
  });

  test('without the one that mirrors, nothing is known', () => {
    const answer = { one: entry({ 'connector.class': 'MirrorCheckpointConnector' }) };
    expect(() => namesOf(answer)).toThrow('has no MirrorSourceConnector of A->B');
  });

  test.each<[string, unknown]>([
    ['no status', undefined],
    ['no tasks', { connector: RUNNING.connector }],
    ['a state that is none', { connector: { state: '\u001b[31mRUNNING' }, tasks: [] }],
    ['a task without a number', { ...RUNNING, tasks: [{ id: -1, state: 'RUNNING' }] }],
  ])('with %s are an unread part', (_, status) => {
    expect(() => namesOf({ one: entry({}, status ?? null) })).toThrow('lacks the state of a source connector');
  });

  test('other connectors may be as odd as they like', () => {
    expect(namesOf({ one: entry({}), x: null, y: 1, z: { info: {} }, __proto__: [] })).toEqual(['one source']);
  });

  test('names of any length and with any characters are shown in visible ones, and cut', () => {
    const [connector] = mirrorConnectors({ [`\u001b[2J\u202e${'n'.repeat(900)}`]: entry({}) }, FLOW);
    expect(connector?.name).toMatch(/^<U\+001B>\[2J<U\+202E>n{245}…$/);
  });
});

describe('the cause of a failure', () => {
  test.each([
    ['a.b.X: why\n\tat c.D\n', 'a.b.X: why'],
    ['a.X: no\n\tat c.D\nCaused by: b.Y: nor\n\tat e.F\nCaused by: c.Z: yes\n\tat g.H\n\t... 3 more\n', 'c.Z: yes'],
    ['a.X: one\r\nCaused by: b.Y: \u001b[31mred\r\n', 'b.Y: <U+001B>[31mred'],
    ['a.X\n\tSuppressed: s.S: no\n\tCaused by: t.T: no', 'a.X'],
    ['', null],
    ['\n', null],
    [`a.X: ${'y'.repeat(900)}`, `a.X: ${'y'.repeat(295)}…`],
  ])('%j', (trace, cause) => {
    expect(causeOf(failing(trace))).toBe(cause);
  });

  test('is that of the connector as well, and of nothing that has not failed', () => {
    const status = {
      connector: { state: 'FAILED', worker_id: 'w:1', trace: 'a.X: why' },
      tasks: [{ id: 0, state: 'RUNNING', trace: 'a.X: stale' }],
    };
    expect(mirrorConnectors({ one: entry({}, status) }, FLOW)).toEqual([
      {
        name: 'one',
        kind: 'source',
        state: 'FAILED',
        worker: 'w:1',
        cause: 'a.X: why',
        tasks: [{ id: 0, state: 'RUNNING', worker: 'no worker', cause: null }],
      },
    ]);
  });
});

describe('secrets', () => {
  const PLANTED = 'S3cr3t-planted';
  const JAAS = `org.apache.kafka.common.security.plain.PlainLoginModule required username="mm2" password="${PLANTED}";`;

  test.each<[string, Record<string, string>, string]>([
    [
      'of a JAAS configuration, in plain words',
      { 'source.cluster.sasl.jaas.config': JAAS },
      `x.Y: cannot log in with ${PLANTED}`,
    ],
    [
      'of a JAAS configuration, quoted whole',
      { 'source.cluster.sasl.jaas.config': JAAS },
      `x.Y: Invalid value ${JAAS} for sasl.jaas.config`,
    ],
    ['of a JAAS configuration that nobody has shown', {}, `x.Y: Invalid value ${JAAS} for sasl.jaas.config`],
    [
      'with escapes',
      { 'sasl.jaas.config': 'x.LoginModule required password="S3cr3t\\"planted";' },
      'x.Y: no S3cr3t"planted here',
    ],
    ['of a key store', { 'target.cluster.ssl.keystore.password': PLANTED }, `x.Y: ${PLANTED} does not open it`],
    ['of a registry', { 'value.converter.basic.auth.user.info.credential': PLANTED }, `x.Y: 401 for ${PLANTED}`],
    ['in a setting', {}, `x.Y: ssl.key.password=${PLANTED}, ssl.type=PEM`],
    ['in JSON', {}, `x.Y: {"client_secret":"${PLANTED}","a":1}`],
    ['in an address', {}, `x.Y: cannot open https://user:${PLANTED}@registry.example/a`],
    ['in a header', {}, `x.Y: sent Authorization: Bearer ${PLANTED}`],
    ['in PEM', {}, `x.Y: -----BEGIN PRIVATE KEY-----${PLANTED}-----END PRIVATE KEY-----`],
    [
      'behind the end of what is kept',
      { 'ssl.key.password': `${PLANTED}${'z'.repeat(400)}` },
      `x.Y: ${'y'.repeat(280)} ${PLANTED}${'z'.repeat(400)}`,
    ],
  ])('%s are taken out', (_, config, line) => {
    const answer = failing(`a.X: begin\nCaused by: ${line}\n`, config);
    const cause = causeOf(answer);
    expect(cause).toMatch(/^x\.Y: /);
    expect(cause).toContain('[secret');
    expect(inspect(mirrorConnectors(answer, FLOW), { depth: 9 })).not.toMatch(/S3cr3t|planted/);
  });

  test('of any connector of the same Connect are taken out', () => {
    const sink = { sink: { info: { config: { 'connector.class': 'Sink', 'db.password': PLANTED } }, status: null } };
    expect(causeOf(failing(`x.Y: ${PLANTED}`, {}, sink))).toBe('x.Y: [secret]');
    expect(causeOf({ ...failing(`x.Y: ${PLANTED}`), ...sink })).toBe('x.Y: [secret]');
  });

  test('that are part of common words hide the whole text', () => {
    expect(causeOf(failing('x.Y: could not open a file', { 'ssl.key.password': 'o' }))).toBe('[secret]');
  });

  test('switches are no secrets', () => {
    expect(causeOf(failing('x.Y: it is true', { 'delegation.token.enabled': 'true' }))).toBe('x.Y: it is true');
  });

  test('are looked for in the time that a hostile answer deserves', () => {
    const long = 'a'.repeat(3_000_000);
    const answer = failing(`x.Y: ${long}`, { 'sasl.jaas.config': `${long} `, 'ssl.key.password': `${long}b` });
    const began = performance.now();
    expect(causeOf(answer)).toMatch(/^x\.Y: a+…$/);
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});
