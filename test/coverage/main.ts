import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * `npm run coverage [-- --all] [-- jest's arguments]`: coverage by storey of the tests that need no cluster, in a minute or
 * two, or of all. What the command line does in a process of its own is not counted.
 */
const root = fileURLToPath(new URL('../../', import.meta.url));
const jest = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  'node_modules/jest/bin/jest.js',
  '--config',
  'test/coverage/jest.config.js',
];
/** Whatever starts a broker or MM2 imports this, by some way. */
const STARTS_CLUSTERS = 'lab/java-process.ts';

const args = process.argv.slice(2).filter((arg) => arg !== '--all');
const ignored = process.argv.includes('--all') ? [] : clusterTests();
const { status, signal } = spawnSync(
  process.execPath,
  [...jest, ...args, ...ignored.flatMap((file) => ['--testPathIgnorePatterns', `${file}$`])],
  { cwd: root, stdio: 'inherit' },
);
if (signal !== null) process.stderr.write(`jest was ended by ${signal}: nothing was counted\n`);
process.exitCode = status ?? 1;

function clusterTests(): readonly string[] {
  const listed = execFileSync(process.execPath, [...jest, '--listTests', '--findRelatedTests', STARTS_CLUSTERS], {
    cwd: root,
    encoding: 'utf8',
  });
  const files = listed.split('\n').filter((line) => line.endsWith('.test.ts'));
  if (files.length === 0) throw new Error(`no test imports ${STARTS_CLUSTERS}: what starts the clusters now?`);
  return files.map((file) => file.replace(root, ''));
}
