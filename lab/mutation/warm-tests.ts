import { expect } from 'expect';

/** One test as a test file registered it. */
export interface WarmTest {
  readonly id: string;
  readonly file: string;
  readonly run: () => unknown;
  /** `test.failing`: a known fault; the test passes as long as its body fails. */
  readonly failing: boolean;
}

const collected: WarmTest[] = [];
let file = '';
let path: string[] = [];

/** All tests registered until now, in order. */
export function registeredTests(): readonly WarmTest[] {
  return collected;
}

/** Sets the file that the next registered tests are in. */
export function registerTestsOf(next: string): void {
  file = next;
  path = [];
}

function register(name: string, run: () => unknown, failing = false): void {
  // Names may repeat, and all rows of a table have the same name: the ordinal makes ids unique.
  const id = [...path, name, `#${collected.length}`].join(' › ');
  collected.push({ id, file, run, failing });
}

/** The tests run once for each mutant: what follows the last of them waits for the end of the process. */
export function afterAll(run: () => void): void {
  process.once('exit', run);
}

function within(name: string, define: () => void): void {
  path.push(name);
  define();
  path.pop();
}

type Rows = readonly (readonly unknown[] | object | string | number | bigint)[];

/** Defines one test or group per row. A row that is an array contains the arguments; any other row is the only argument. */
function each<T>(define: (name: string, body: () => T) => void) {
  return (rows: Rows) => (name: string, body: (...row: unknown[]) => T) => {
    for (const row of rows) define(name, () => body(...(Array.isArray(row) ? row : [row])));
  };
}

const failing = Object.assign((name: string, run: () => unknown) => register(name, run, true), {
  each: each((name: string, run) => register(name, run, true)),
});

// Test files get these instead of `@jest/globals`. The domain's tests use no other parts of it.
export const test = Object.assign((name: string, run: () => unknown) => register(name, run), {
  each: each((name: string, run) => register(name, run)),
  failing,
});
export const describe = Object.assign(within, { each: each<void>(within) });
export { expect };
