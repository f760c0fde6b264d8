import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inject } from 'postject';
import { bundleProgram } from './bundle.ts';
import { thirdPartyNotices } from './third-party.ts';

/**
 * `npm run build:binary`: makes `dist/binary/tidemark`, an executable with Node in it, for machines of this kind without one. It
 * is a copy of the Node that runs this script (a "single executable application"), so it is as old or new as that.
 */
const root = join(import.meta.dirname, '..');
const folder = join(root, 'dist/binary');
const at = (name: string): string => join(folder, name);
/** Node looks for it in its own file. */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const metafile = await bundleProgram(root, at('tidemark.cjs'), version);
writeFileSync(at('THIRD-PARTY-NOTICES.txt'), `${thirdPartyNotices(root, metafile)}\n${nodeNotice()}`);
const config = {
  main: 'tidemark.cjs',
  output: 'tidemark.blob',
  disableExperimentalSEAWarning: true,
  useCodeCache: true,
  // Links of `tidemark serve` lead to it. The path is from the folder where Node runs.
  assets: { 'docs/runbook.md': '../../docs/runbook.md' },
};
writeFileSync(at('sea.json'), JSON.stringify(config));
execFileSync(process.execPath, ['--experimental-sea-config', 'sea.json'], {
  cwd: folder,
  stdio: ['ignore', 'ignore', 'inherit'],
});
copyFileSync(process.execPath, at('tidemark'));
chmodSync(at('tidemark'), 0o755);
await inject(at('tidemark'), 'NODE_SEA_BLOB', readFileSync(at('tidemark.blob')), { sentinelFuse: FUSE });
for (const name of ['tidemark.cjs', 'tidemark.blob', 'sea.json']) rmSync(at(name));

const printed = execFileSync(at('tidemark'), ['--version'], { env: { PATH: '' }, encoding: 'utf8' }).trim();
if (printed !== version) throw new Error(`the executable prints version ${printed}, not ${version}`);
const { size } = statSync(at('tidemark'));
process.stdout.write(
  `BINARY file=dist/binary/tidemark version=${version} node=${process.versions.node} ` +
    `platform=${process.platform}-${process.arch} bytes=${size}\n`,
);

/** Node's licence, which lies beside its folder `bin` in archives, and in a folder of the npm package `node` until npm prunes it. */
function nodeNotice(): string {
  const places = ['../LICENSE', `../node_modules/node-${process.platform}-${process.arch}/LICENSE`];
  const file = places.map((place) => join(dirname(process.execPath), place)).find((path) => existsSync(path));
  const text =
    file === undefined ? "Its licence is the file LICENSE of that version's sources.\n" : readFileSync(file, 'utf8');
  return `The executable contains Node ${process.versions.node}.\n\n${text}`;
}
