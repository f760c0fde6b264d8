import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { closestName } from '../../shared/config/closest-name.ts';

/** The command line of `npm run explore`. */
export type ExploreOptions =
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly message: string }
  | { readonly kind: 'reproduce'; readonly only: string; readonly seed: number; readonly path: string }
  | {
      readonly kind: 'search';
      readonly only: readonly string[];
      readonly minutes: number;
      /** The first seed; null for a random one. */
      readonly seed: number | null;
      readonly workers: number;
    };

export function helpText(names: readonly string[]): string {
  return `npm run explore -- [--minutes N] [--seed S] [--only NAME] [--workers N]
npm run explore -- --only NAME --seed S --path P

Searches for counterexamples: draws new values for every property, until the time is up. npm test draws from one
fixed seed. Known counterexamples run first. Prints each new one, shrunk, with the command that draws it again.

  --minutes N   how long to search; fractions are allowed (10)
  --seed S      first seed, from -2147483648 to 2147483647: repeat the sequence of another run
  --only NAME   search this property only; can be repeated
  --workers N   number of processes (${availableParallelism()}, one per core)
  --path P      with --only and --seed as printed by a search: draw that one value
  --help        this text

Exit codes: 0 nothing found, 1 found a counterexample, 2 wrong input.

Properties: ${names.join(', ')}
`;
}

/** Parses the command line. Wrong input gives `kind: 'wrong'` with a message. */
export function readOptions(args: readonly string[], names: readonly string[]): ExploreOptions {
  let values: { minutes?: string; seed?: string; only?: string[]; workers?: string; path?: string; help?: boolean };
  try {
    ({ values } = parseArgs({
      args: joined(args),
      options: {
        minutes: { type: 'string' },
        seed: { type: 'string' },
        only: { type: 'string', multiple: true },
        workers: { type: 'string' },
        path: { type: 'string' },
        help: { type: 'boolean' },
      },
    }));
  } catch (error) {
    return { kind: 'wrong', message: error instanceof Error ? error.message : String(error) };
  }
  if (values.help === true) return { kind: 'help' };
  const { minutes = '10', seed, only = [], workers = String(availableParallelism()), path } = values;
  const wrong = (message: string): ExploreOptions => ({ kind: 'wrong', message });

  for (const name of only) {
    if (names.includes(name)) continue;
    const near = closestName(name, names);
    return wrong(`--only: there is no property "${name}"; ${near === null ? 'see --help' : `did you mean ${near}?`}`);
  }
  const from = seed === undefined ? null : Number(seed);
  if (from !== null && (seed?.trim() === '' || (from | 0) !== from))
    return wrong(`--seed: "${seed}" is not a 32-bit integer`);
  if (path !== undefined) {
    const [name] = only;
    if (name === undefined || only.length > 1 || from === null) return wrong('--path needs one --only and a --seed');
    if (!/^\d+(:\d+)*$/.test(path)) return wrong(`--path: "${path}" is not a path; an example is 12:0:3`);
    return { kind: 'reproduce', only: name, seed: from, path };
  }
  const long = Number(minutes);
  if (!(long > 0 && long <= 10_000)) return wrong(`--minutes: "${minutes}" is not a number of minutes above 0`);
  const many = Number(workers);
  if (!Number.isInteger(many) || many < 1 || many > 256)
    return wrong(`--workers: "${workers}" is not a number from 1 to 256`);
  return { kind: 'search', only: only.length === 0 ? names : only, minutes: long, seed: from, workers: many };
}

/** Joins `--seed` and a negative number, which `parseArgs` would take for an option. */
function joined(args: readonly string[]): string[] {
  return args.flatMap((arg, i) => {
    if (arg === '--seed' && /^-\d/.test(args[i + 1] ?? '')) return [`--seed=${args[i + 1]}`];
    return args[i - 1] === '--seed' && /^-\d/.test(arg) ? [] : [arg];
  });
}
