import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { getAsset, isSea } from 'node:sea';

const FILE = 'docs/runbook.md';

/**
 * The runbook: inside a single executable, or in the folder `docs` of the checkout or the package; null if it is not
 * there.
 */
export function runbookText(): string | null {
  if (isSea()) return getAsset(FILE, 'utf8');
  for (let folder = import.meta.dirname; dirname(folder) !== folder; folder = dirname(folder)) {
    const file = join(folder, FILE);
    if (existsSync(file)) return readFileSync(file, 'utf8');
  }
  return null;
}
