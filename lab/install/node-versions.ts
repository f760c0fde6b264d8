import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A Node to install and run with. */
export interface NodeVersion {
  readonly version: string;
  /** Folder with the program `node`. */
  readonly bin: string;
}

/** Fetches Node itself, as npm has it for this kind of machine, without install scripts. */
export async function fetchNode(wanted: string, parent: string): Promise<NodeVersion> {
  const folder = join(parent, `node-${wanted}`);
  mkdirSync(folder, { recursive: true });
  const name = `node-${process.platform}-${process.arch}`;
  const run = promisify(execFile);
  await run('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', '--ignore-scripts', `${name}@${wanted}`]);
  const bin = join(folder, 'node_modules', name, 'bin');
  const { stdout } = await run(join(bin, 'node'), ['--version']);
  return { version: stdout.trim().slice(1), bin };
}
