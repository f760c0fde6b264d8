#!/usr/bin/env node
// Plain JavaScript for whatever Node the machine has: the TypeScript behind it needs one that strips types by itself.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [major, minor] = process.versions.node.split('.').map(Number);

if (major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18)) {
  nodeModule.enableCompileCache?.();
  const { main } = await import('../cli/main.ts');
  await main(process.argv.slice(2));
} else {
  runOnOwnNode();
}

/** The npm package `node` brings the Node that `npm ci` installed beside the dependencies. */
function runOnOwnNode() {
  const node = ownNode();
  if (node === null) {
    process.stderr.write(
      `tidemark: Node ${process.versions.node} is too old: 22.18 or later is needed\n  → run npm ci, which brings one along\n`,
    );
    process.exitCode = 2;
    return;
  }
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  // The terminal sends Ctrl-C to both; the child decides what becomes of it.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`tidemark: ${node} could not be started: ${error.message}\n`);
    process.exitCode = 2;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
}

function ownNode() {
  try {
    const require = nodeModule.createRequire(import.meta.url);
    const path = join(
      dirname(require.resolve('node/package.json')),
      'bin',
      process.platform === 'win32' ? 'node.exe' : 'node',
    );
    return existsSync(path) ? path : null;
  } catch {
    return null;
  }
}
