#!/usr/bin/env node
// Plain JavaScript for whatever Node the machine has. A checkout runs its TypeScript, the package what was compiled of it.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = new URL('../cli/main.ts', import.meta.url);
const COMPILED = new URL('../dist/cli/main.js', import.meta.url);
const [major, minor] = process.versions.node.split('.').map(Number);
const isCheckout = existsSync(SOURCE);

if (major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18)) {
  if (isCheckout && /[\\/]node_modules[\\/]/.test(fileURLToPath(SOURCE))) {
    refuse('this is a checkout, which Node does not run below node_modules: install the package that npm pack makes');
  } else await run();
} else if (isCheckout) runOnOwnNode();
else refuse(`${tooOld()}: install Node 22.18 or later, or use the executable that needs none`);

async function run() {
  nodeModule.enableCompileCache?.();
  const argv = process.argv.slice(2);
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  if (isCheckout) {
    const { main } = await import('../cli/main.ts');
    await main(argv, version);
    return;
  }
  // Stack traces then name the sources. Reading the maps takes time, so only where traces are printed.
  if (argv.includes('--debug')) process.setSourceMapsEnabled(true);
  const { main } = await import(COMPILED.href);
  await main(argv, version);
}

/** The npm package `node` brings the Node that `npm ci` installed beside the dependencies. */
function runOnOwnNode() {
  const node = ownNode();
  if (node === null) {
    refuse(`${tooOld()}: run npm ci, which brings Node 24 along, or install Node 22.18 or later`);
    return;
  }
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  // The terminal sends Ctrl-C to both; the child decides what becomes of it.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => refuse(`${node} could not be started: ${error.message}`));
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

function tooOld() {
  return `Node ${process.versions.node} is too old`;
}

function refuse(reason) {
  process.stderr.write(`tidemark: ${reason}\n`);
  process.exitCode = 2;
}
