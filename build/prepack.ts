import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundlePackage } from './bundle.ts';
import { swapManifest } from './swapped-manifest.ts';
import { thirdPartyNotices } from './third-party.ts';

/** `npm pack` runs it first: compiles the command line into `dist/cli/`, and gives the package a package.json of its own. */
const root = join(import.meta.dirname, '..');
const folder = join(root, 'dist/cli');
const metafile = await bundlePackage(root, folder);
writeFileSync(join(folder, 'THIRD-PARTY-NOTICES.txt'), thirdPartyNotices(root, metafile));
swapManifest(root);
