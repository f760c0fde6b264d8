import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
/** What package and executable are made of, and what an install of a checkout needs. */
const PARTS = ['bin', 'build', 'cli', 'docs', 'shared'];
const FILES = ['CHANGELOG.md', 'LICENSE', 'README.md', 'package-lock.json', 'package.json'];

export interface CheckoutCopyOptions {
  /** Whether it uses the checkout's node_modules; otherwise it has none. */
  readonly libraries: boolean;
}

/** Copies what makes the package, so that other processes keep a checkout whose package.json nobody swaps. */
export function copyCheckout(folder: string, { libraries }: CheckoutCopyOptions): void {
  mkdirSync(folder, { recursive: true });
  for (const name of [...PARTS, ...FILES]) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  if (libraries) symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
}

/** `npm pack` in a copy of the checkout. Returns the tarball's path. */
export async function packCopy(copy: string): Promise<string> {
  const tarballs = join(copy, 'dist/tarball');
  mkdirSync(tarballs, { recursive: true });
  await run('npm', ['pack', '--pack-destination', tarballs], { cwd: copy });
  const [name, ...others] = readdirSync(tarballs);
  if (name === undefined || others.length > 0) throw new Error(`npm pack made ${others.length + 1} files`);
  return join(tarballs, name);
}

/** Installs the tarball in a folder of its own as `npm i` does, without network and with an empty cache. */
export async function installOffline(tarball: string, folder: string, args: readonly string[] = []): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const offline = ['--offline', '--cache', join(folder, 'npm-cache'), '--no-audit', '--no-fund'];
  await run('npm', ['install', ...offline, ...args, tarball], { cwd: folder });
}

/** `npm run build:binary` in a copy of the checkout. Returns the executable's path. */
export async function buildBinaryOfCopy(copy: string): Promise<string> {
  await run(process.execPath, ['build/binary.ts'], { cwd: copy });
  return join(copy, 'dist/binary/tidemark');
}
