import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { configuredFlows } from '../../infra/configuration.ts';
import { loadSettings } from '../../infra/settings.ts';

const minimal = { deployment: { name: 'prod' }, configFolder: 'config' };

describe("a deployment's settings", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tidemark-settings-'));
    mkdirSync(join(folder, 'config'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function write(settings: object): string {
    const file = join(folder, 'settings.json');
    writeFileSync(file, JSON.stringify(settings));
    return file;
  }

  function yaml(password: string): void {
    const sasl = `sasl: { mechanism: PLAIN, username: u, password: ${password} }`;
    const cluster = (name: string) => `  ${name}:\n    bootstrapServers: ${name}.example.com:9092\n    ${sasl}\n`;
    writeFileSync(
      join(folder, 'config/tidemark.yaml'),
      `clusters:\n${cluster('a')}${cluster('b')}flows: [{ flow: a->b }, { flow: b->a }]\n`,
    );
  }

  test('only the name and the configuration folder are required; the latter is relative to the settings file', () => {
    expect(loadSettings(write(minimal))).toMatchObject({
      configFolder: join(folder, 'config'),
      secrets: {},
      maxLagRecords: 10_000,
    });
  });

  test('the error names every fault', () => {
    const load = () =>
      loadSettings(write({ ...minimal, maxLagRecords: 0, maxLag: 1, mskClusterArns: ['arn:aws:s3:::x'], vpc: {} }));
    for (const key of ['maxLagRecords', 'maxLag', 'mskClusterArns', 'vpc.vpcId']) expect(load).toThrow(key);
    expect(load).toThrow(expect.objectContaining({ code: 'SETTINGS_INVALID', remedy: expect.any(String) }));
  });

  test.each(['', 'a b', 'öst', '1st', '-a', 'a'.repeat(41)])('GIVEN %j as the name THEN it is refused', (name) => {
    expect(() => loadSettings(write({ ...minimal, deployment: { name } }))).toThrow('deployment.name');
  });

  test('GIVEN a missing file THEN the error names it', () => {
    const missing = join(folder, 'none.json');
    expect(() => loadSettings(missing)).toThrow(`${missing} cannot be read as JSON`);
  });

  test('the flows are those of tidemark.yaml', () => {
    yaml('{ env: PASSWORD }');
    const secrets = { PASSWORD: { secretsManager: 'kafka' } };
    expect(configuredFlows(loadSettings(write({ ...minimal, secrets })))).toEqual(['a->b', 'b->a']);
  });

  test('GIVEN a variable without a secret in the settings THEN synthesis fails with its place in the file', () => {
    yaml('{ env: PASSWORD }');
    expect(() => configuredFlows(loadSettings(write(minimal)))).toThrow(
      expect.objectContaining({
        code: 'CONFIGURATION_INVALID',
        faults: expect.arrayContaining([expect.objectContaining({ key: 'clusters.a.sasl.password' })]),
      }),
    );
  });

  test('GIVEN a password in the folder to be deployed THEN synthesis refuses, and does not show it', () => {
    writeFileSync(join(folder, 'config/password'), 'hunter2');
    yaml('{ file: password }');
    const load = () => configuredFlows(loadSettings(write(minimal)));
    expect(load).toThrow(expect.objectContaining({ code: 'SECRET_IN_CONFIGURATION' }));
    expect(load).toThrow(/secrets of a, b,/);
    expect(load).not.toThrow(/hunter2/);
  });

  test('a password of a Connect cluster in the folder is refused like any other', () => {
    writeFileSync(join(folder, 'config/password'), 'hunter2');
    const load = (password: string): readonly string[] => {
      const clusters = `{ a: { bootstrapServers: 'a:1' }, b: { bootstrapServers: 'b:1' } }`;
      const connect = `{ url: 'http://connect:8083', username: u, password: ${password} }`;
      const flow = `{ flow: a->b, connect: ${connect} }`;
      writeFileSync(join(folder, 'config/tidemark.yaml'), `clusters: ${clusters}\nflows: [${flow}]\n`);
      return configuredFlows(
        loadSettings(write({ ...minimal, secrets: { CONNECT_PASSWORD: { secretsManager: 's' } } })),
      );
    };
    expect(load('{ env: CONNECT_PASSWORD }')).toEqual(['a->b']);
    expect(() => load('{ file: password }')).toThrow(
      expect.objectContaining({
        code: 'SECRET_IN_CONFIGURATION',
        message: expect.stringContaining('secrets of the Connect cluster of a->b,'),
      }),
    );
  });

  test('the audit does not need a writer’s secret; one in the folder is refused like any other', () => {
    writeFileSync(join(folder, 'config/password'), 'hunter2');
    const load = (password: string): readonly string[] => {
      const writer = `{ sasl: { mechanism: PLAIN, username: w, password: ${password} } }`;
      const clusters = `{ a: { bootstrapServers: 'a:1' }, b: { bootstrapServers: 'b:1', writer: ${writer} } }`;
      writeFileSync(join(folder, 'config/tidemark.yaml'), `clusters: ${clusters}\nflows: [{ flow: a->b }]\n`);
      return configuredFlows(loadSettings(write(minimal)));
    };
    expect(load('{ env: WRITER_PASSWORD }')).toEqual(['a->b']);
    expect(() => load('{ file: password }')).toThrow(
      expect.objectContaining({ code: 'SECRET_IN_CONFIGURATION', message: expect.stringContaining('secrets of b,') }),
    );
  });
});
