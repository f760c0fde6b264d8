import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { PRIVATE_FILE, writeNewFile } from '../../../cli/output/new-file.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidemark-new-file-'));
  path = join(folder, 'new.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a text is written whole, for nobody else to read', async () => {
  await writeNewFile(path, 'text', PRIVATE_FILE);
  expect(readFileSync(path, 'utf8')).toBe('text');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['new.json']);
});

test('a file that could not be filled leaves nothing behind', async () => {
  const failing = writeNewFile(path, async (file) => {
    await file.writeFile('half');
    throw new Error('the source died');
  });
  await expect(failing).rejects.toThrow('the source died');
  expect(readdirSync(folder)).toEqual([]);
});

test('a file that was made in the meantime is not replaced', async () => {
  const late = writeNewFile(path, async (file) => {
    await file.writeFile('mine');
    writeFileSync(path, 'theirs');
  });
  await expect(late).rejects.toThrow('exists already');
  expect(readFileSync(path, 'utf8')).toBe('theirs');
  expect(readdirSync(folder)).toEqual(['new.json']);
});

describe('on a file system without links', () => {
  /** The module as it is where `link` is refused with this code. */
  async function withoutLinks(code: string) {
    const real = await import('node:fs/promises');
    jest.resetModules();
    jest.unstable_mockModule('node:fs/promises', () => ({
      ...real,
      link: async () => {
        throw Object.assign(new Error(`${code}: link`), { code, syscall: 'link' });
      },
    }));
    try {
      return await import('../../../cli/output/new-file.ts');
    } finally {
      jest.unstable_unmockModule('node:fs/promises');
    }
  }

  test.each(['EPERM', 'ENOTSUP', 'ENOSYS'])(
    '%s: the file is copied, with its mode, and nothing is left behind',
    async (code) => {
      const { writeNewFile } = await withoutLinks(code);
      await writeNewFile(path, 'text', PRIVATE_FILE);
      expect(readFileSync(path, 'utf8')).toBe('text');
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(readdirSync(folder)).toEqual(['new.json']);
    },
  );

  test('a file that was made in the meantime is not replaced there either', async () => {
    const { writeNewFile } = await withoutLinks('EPERM');
    const late = writeNewFile(path, async (file) => {
      await file.writeFile('mine');
      writeFileSync(path, 'theirs');
    });
    await expect(late).rejects.toThrow('exists already');
    expect(readFileSync(path, 'utf8')).toBe('theirs');
    expect(readdirSync(folder)).toEqual(['new.json']);
  });

  test('any other refusal is told', async () => {
    const { writeNewFile } = await withoutLinks('ENOSPC');
    await expect(writeNewFile(path, 'text')).rejects.toThrow(`${path} cannot be written: ENOSPC`);
    expect(readdirSync(folder)).toEqual([]);
  });
});
