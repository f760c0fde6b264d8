import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import type { LabCluster } from '../../../../lab/cluster.ts';
import { type Lab, startLab } from '../../../../lab/lab.ts';

const READER = fileURLToPath(new URL('../../../../shared/adapters/kafka/cluster-reader.ts', import.meta.url));

let lab: Lab;
let cluster: LabCluster;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-bundle-'));
  lab = await startLab();
  cluster = await lab.startCluster({ alias: 'A' });
});
afterAll(async () => {
  await lab?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** kafkajs is CommonJS and its hidden modules are imported by path: each way of running has to find them. */
test.each(['bundled as CommonJS', 'run from the sources'])(
  'the reader works %s, and writes nothing to stderr',
  async (way) => {
    const program = `
    import { createClusterReader } from ${JSON.stringify(READER)};
    const reader = createClusterReader(JSON.parse(process.argv[2] ?? ''));
    const offsets = async () => (await reader.offsets(['nowhere'])).size;
    Promise.all([reader.metadata(), offsets()]).then(async ([{ brokers }, size]) => {
      await reader.close();
      process.stdout.write(JSON.stringify({ brokers: brokers.length, size }));
    });`;
    const source = join(folder, 'program.ts');
    writeFileSync(source, program);
    let file = source;
    if (way === 'bundled as CommonJS') {
      file = join(folder, 'program.cjs');
      await build({
        entryPoints: [source],
        outfile: file,
        bundle: true,
        platform: 'node',
        format: 'cjs',
        logLevel: 'error',
      });
    }
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [file, JSON.stringify(cluster.connection)]);
    expect(JSON.parse(stdout)).toEqual({ brokers: 1, size: 1 });
    // Node's TimeoutNegativeWarning would be kafkajs's timer.
    expect(stderr.replace(/.*MODULE_TYPELESS_PACKAGE_JSON[\s\S]*/, '')).toBe('');
  },
);
