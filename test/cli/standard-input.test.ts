import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { tidemark } from './tidemark.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-stdin-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const MM2 = 'clusters=A,B\nA.bootstrap.servers=127.0.0.1:1\nB.bootstrap.servers=127.0.0.1:1\nA->B.enabled=true\n';
const STRIMZI = `kind: KafkaMirrorMaker2
spec:
  target: { alias: B, bootstrapServers: "b.example.com:9092" }
  mirrors: [{ source: { alias: A, bootstrapServers: "a.example.com:9092" }, sourceConnector: {} }]
`;

describe('- as the name of a configuration', () => {
  test.each([
    ['mm2.properties', MM2],
    ['strimzi.yaml', STRIMZI],
  ])('init - and --output - do what init %s does, and write no file', async (name, input) => {
    writeFileSync(join(folder, name), input);
    const before = readdirSync(folder);
    const named = await tidemark(['init', name], { cwd: folder });
    const piped = await tidemark(['init', '-', '--output', '-'], { cwd: folder, input });
    expect(named.stdout).toContain('flow: A->B');
    expect(piped.stdout).toBe(named.stdout.replace(name, 'standard input'));
    expect(piped.stderr).toBe(named.stderr.replaceAll(name, 'standard input'));
    expect(piped.code).toBe(0);
    expect(readdirSync(folder)).toEqual(before);
  });

  test.each([
    [['audit', '--mm2', '-'], `${MM2}A->B.topics=(\n`, 'standard input:5: A->B.topics: '],
    [['doctor', '--config', '-'], 'cluster: {}\n', 'standard input:1: cluster: is not a known key'],
    [['init', '-'], '', 'standard input: clusters: is missing'],
  ])('%j: a fault names the line of the input', async (args, input, message) => {
    const { code, stderr } = await tidemark(args, { cwd: folder, input });
    expect(stderr).toMatch(/^tidemark: standard input: 1 fault$/m);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

  test('GIVEN no history is named THEN each text has its own, and the same text finds it again', async () => {
    const state = mkdtempSync(join(folder, 'state-'));
    const environment = { XDG_STATE_HOME: state, TIDEMARK_HISTORY: '' };
    const histories = () => readdirSync(join(state, 'tidemark')).filter((file) => file.endsWith('.db'));
    const asOf = (input: string) =>
      tidemark(['audit', '--mm2', '-', '--as-of', '1h'], { cwd: folder, input, environment });
    await asOf(MM2);
    await asOf(MM2);
    expect(histories()).toEqual([expect.stringMatching(/^piped-[0-9a-f]{8}\.db$/)]);
    await asOf(MM2.replace('127.0.0.1:1', '127.0.0.1:2'));
    expect(histories()).toHaveLength(2);
  });
});
