import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { buildOnce } from '../../lab/build-once.ts';

const MODULE = fileURLToPath(new URL('../../lab/build-once.ts', import.meta.url));

describe('a folder that several processes need', () => {
  let parent: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'tidemark-build-'));
  });
  afterEach(() => rmSync(parent, { recursive: true, force: true }));

  test('is built by one of them, and is complete for all of them', async () => {
    const script = `
      import { appendFileSync, readdirSync, writeFileSync } from 'node:fs';
      import { buildOnce } from ${JSON.stringify(MODULE)};
      const folder = await buildOnce(${JSON.stringify(parent)}, 'thing', async (aside) => {
        appendFileSync(${JSON.stringify(join(parent, 'builds'))}, 'x');
        for (let i = 0; i < 20; i++) {
          writeFileSync(aside + '/' + i, '');
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      });
      console.log(readdirSync(folder).length);`;
    const run = (): Promise<string> =>
      new Promise((resolve, reject) => {
        const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
        let output = '';
        child.stdout.on('data', (chunk) => {
          output += chunk;
        });
        child.once('error', reject);
        child.once('close', () => resolve(output.trim()));
      });
    expect(await Promise.all([run(), run(), run()])).toEqual(['20', '20', '20']);
    expect(readFileSync(join(parent, 'builds'), 'utf8')).toBe('x');
    expect(readdirSync(parent).sort()).toEqual(['builds', 'thing']);
  });

  test('is built even if a process died while it held the lock', async () => {
    const dead = spawn('true');
    await new Promise((resolve) => dead.once('close', resolve));
    writeFileSync(join(parent, 'thing.lock'), String(dead.pid));
    await expect(buildOnce(parent, 'thing', async () => undefined)).resolves.toBe(join(parent, 'thing'));
  });

  test('does not exist if building failed, and can be tried again', async () => {
    const failing = buildOnce(parent, 'thing', () => Promise.reject(new Error('no network')));
    await expect(failing).rejects.toThrow('no network');
    expect(readdirSync(parent)).toEqual([]);
    await expect(buildOnce(parent, 'thing', async () => undefined)).resolves.toBe(join(parent, 'thing'));
  });
});
