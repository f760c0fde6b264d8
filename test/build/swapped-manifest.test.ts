import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { packageManifest } from '../../build/package-manifest.ts';
import { restoreManifest, swapManifest } from '../../build/swapped-manifest.ts';

const CHECKOUT = {
  name: 'tidemark',
  version: '1.2.3',
  type: 'module',
  dependencies: { zod: '1' },
  scripts: { a: 'b' },
};
const TEXT = `${JSON.stringify(CHECKOUT, null, 4)}\n`;

describe("the package's package.json", () => {
  let root: string;
  const manifest = () => readFileSync(join(root, 'package.json'), 'utf8');
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'tidemark-manifest-'));
    writeFileSync(join(root, 'package.json'), TEXT);
  });
  afterEach(() => rmSync(root, { recursive: true }));

  test('keeps what holds for the package, and has an oldest Node of its own', () => {
    expect(packageManifest({ ...CHECKOUT, engines: { node: '>=20' } })).toEqual({
      name: 'tidemark',
      version: '1.2.3',
      type: 'module',
      engines: { node: '^22.18.0 || >=23.6.0' },
    });
  });

  test("takes the checkout's place, which comes back byte by byte", () => {
    swapManifest(root);
    expect(JSON.parse(manifest())).toEqual(packageManifest(CHECKOUT));
    restoreManifest(root);
    expect(manifest()).toBe(TEXT);
    expect(readdirSync(root).sort()).toEqual(['dist', 'package.json']);
    expect(readdirSync(join(root, 'dist'))).toEqual([]);
  });

  test("a pack that was killed does not lose the checkout's", () => {
    swapManifest(root);
    swapManifest(root);
    expect(JSON.parse(manifest())).toEqual(packageManifest(CHECKOUT));
    restoreManifest(root);
    restoreManifest(root);
    expect(manifest()).toBe(TEXT);
  });

  test('one that was put back by hand after such a pack, and changed, stays', () => {
    swapManifest(root);
    const changed = TEXT.replace('1.2.3', '1.2.4');
    writeFileSync(join(root, 'package.json'), changed);
    restoreManifest(root);
    expect(manifest()).toBe(changed);
    swapManifest(root);
    expect(JSON.parse(manifest())).toMatchObject({ version: '1.2.4' });
    restoreManifest(root);
    expect(manifest()).toBe(changed);
  });
});
