import { join } from 'node:path';
import { restoreManifest } from './swapped-manifest.ts';

/** `npm pack` runs it last: the checkout's package.json comes back. */
restoreManifest(join(import.meta.dirname, '..'));
