import { accessSync, constants, realpathSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { isSea } from 'node:sea';

/** What a process knows of how it was started. */
export interface Start {
  /** The words of the program itself as the shell had them: `argv[0]`, and Node's own options. */
  readonly argv0: string;
  readonly nodeOptions: readonly string[];
  /** Path of the script that Node runs; null in a single executable. */
  readonly script: string | null;
  /** Path of Node, or of the single executable. */
  readonly executable: string;
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** Of this process. */
export function presentStart(): Start {
  const { argv0, argv, execArgv, execPath, env } = process;
  const script = isSea() ? null : (argv[1] ?? null);
  return { argv0, nodeOptions: execArgv, script, executable: execPath, cwd: process.cwd(), environment: env };
}

const NAME = 'tidemark';

/**
 * The words that start Tidemark again as it was started, from the same folder: `npx tidemark`, `tidemark`, `./tidemark`,
 * `node bin/tidemark.js`. Printed commands begin with them, so that they run where this one ran.
 */
export function startedAs(start: Start): readonly string[] {
  const { argv0, nodeOptions, script, executable, cwd } = start;
  if (script === null) return [isFoundAs(argv0, executable, start) ? argv0 : executable];
  // npm links to the script by the package's name; whatever else runs it named a Node.
  if (basename(script) !== NAME) return [argv0, ...nodeOptions, pathFrom(cwd, script)];
  if (isNpx(start, script)) return ['npx', NAME];
  return [isFoundAs(NAME, script, start) ? NAME : pathFrom(cwd, script)];
}

/**
 * Whether npm found the script in the project of this folder, where `npx tidemark` finds it again. From npm's cache it would not: it
 * would ask a registry for a package of that name. In a checkout the project is the package itself, to which npm's cache has a link.
 */
function isNpx({ cwd, environment }: Start, script: string): boolean {
  const place = dirname(script);
  if (environment.npm_command === undefined || basename(place) !== '.bin') return false;
  const isIn = (project: string): boolean => cwd === project || cwd.startsWith(`${project}/`);
  const { npm_config_local_prefix: own } = environment;
  if (own !== undefined && isIn(own) && dirname(dirname(realpathSync(script))) === realpathSync(own)) return true;
  return isIn(dirname(dirname(place)));
}

/** Whether a shell finds the file by this word: as a path, or as the first program of that name on the PATH. */
function isFoundAs(word: string, file: string, { cwd, environment }: Start): boolean {
  const places = word.includes('/') ? [cwd] : shellPath(environment);
  const found = places.map((place) => (word.startsWith('/') ? word : join(place || cwd, word))).find(isProgram);
  return found !== undefined && realpathSync(found) === realpathSync(file);
}

/** The PATH without what npm puts before it for the programs that it starts: the shell does not have that. */
function shellPath({ PATH = '', npm_command: npm }: NodeJS.ProcessEnv): readonly string[] {
  const places = PATH.split(':');
  return npm === undefined ? places : places.filter((place) => !place.endsWith('/node_modules/.bin'));
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The shorter of the relative and the absolute path, as a shell takes it for a path. */
function pathFrom(cwd: string, file: string): string {
  const near = relative(cwd, file);
  if (near.length >= file.length) return file;
  return near.includes('/') ? near : `./${near}`;
}
