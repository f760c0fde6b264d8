import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { loadFromOptions } from '../../../cli/options/config-options.ts';
import type { Terminal } from '../../../cli/output/terminal.ts';
import { writingConnection } from '../../../shared/config/connection/kafka-connection.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidemark-writer-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** restore apply once wrote with the credentials of the audit, although the configuration had a writer. */
test("a command that writes gets the writer's credentials, and another one does not even resolve them", async () => {
  const config = join(folder, 'tidemark.yaml');
  const writer = '{ sasl: { mechanism: PLAIN, username: restorer, password: { env: WRITER } } }';
  const lines = [
    'clusters:',
    '  A: { bootstrapServers: "a:9092" }',
    `  B: { bootstrapServers: "b:9092", writer: ${writer} }`,
    'flows: [{ flow: A->B }]',
  ];
  writeFileSync(config, `${lines.join('\n')}\n`);
  const terminal = (environment: Record<string, string>) =>
    ({
      stderr: process.stderr,
      stdout: process.stdout,
      environment,
      onInterrupt: () => () => undefined,
      startedAs: ['tidemark'],
    }) as Terminal;
  const audit = await loadFromOptions({ config }, terminal({}));
  expect(audit.clusters.get('B')?.writer).toBeUndefined();
  const applied = await loadFromOptions({ config }, terminal({ WRITER: 'w' }), { writers: true });
  const connection = applied.clusters.get('B');
  expect(connection === undefined ? null : writingConnection(connection).sasl).toMatchObject({ username: 'restorer' });
  await expect(loadFromOptions({ config }, terminal({}), { writers: true })).rejects.toThrow();
});
