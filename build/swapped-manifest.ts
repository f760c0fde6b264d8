import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageManifest } from './package-manifest.ts';

/**
 * npm packs the package.json that is in the folder, and no other. So the package's own one takes its place until the tarball
 * is made; the checkout's is kept in `dist/` meanwhile.
 */
export function swapManifest(root: string): void {
  // A pack that was killed did not put it back.
  restoreManifest(root);
  const { manifest, kept } = places(root);
  const text = readFileSync(manifest, 'utf8');
  mkdirSync(dirname(kept), { recursive: true });
  writeFileSync(kept, text);
  replace(manifest, packed(text));
}

/** Does nothing to a package.json that is not the package's own: it was put back, and perhaps changed, by hand. */
export function restoreManifest(root: string): void {
  const { manifest, kept } = places(root);
  if (!existsSync(kept)) return;
  if (readFileSync(manifest, 'utf8') === packed(readFileSync(kept, 'utf8'))) renameSync(kept, manifest);
  else rmSync(kept);
}

function packed(text: string): string {
  return `${JSON.stringify(packageManifest(JSON.parse(text)), null, 2)}\n`;
}

function places(root: string) {
  return { manifest: join(root, 'package.json'), kept: join(root, 'dist/package.json.kept') };
}

/** Whoever reads it meanwhile gets the one or the other, never a part. */
function replace(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}
