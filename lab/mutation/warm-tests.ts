import { expect } from 'expect';

/** One test as a test file registered it. */
export interface WarmTest {
  readonly id: string;
  readonly file: string;
  readonly run: () => unknown;
  /** `test.failing`: a fault that is known; the test passes while it is there. */
  readonly failing: boolean;
}

const collected: WarmTest[] = [];
let file = '';
let path: string[] = [];

/** All tests that were registered so far, in order. */
export function registeredTests(): readonly WarmTest[] {
  return collected;
}

/** Says which file's tests are registered from now on. */
export function registerTestsOf(next: string): void {
  file = next;
  path = [];
}

function register(name: string, run: () => unknown, failing = false): void {
  // Names may repeat, and rows of a table have one name: the ordinal tells them apart.
  const id = [...path, name, `#${collected.length}`].join(' › ');
  collected.push({ id, file, run, failing });
}

function within(name: string, define: () => void): void {
  path.push(name);
  define();
  path.pop();
}

type Rows = readonly (readonly unknown[] | object | string | number | bigint)[];

/** Calls what is defined once a row: a row that is an array gives the arguments, any other is the one argument. */
function each<T>(define: (name: string, body: () => T) => void) {
  return (rows: Rows) => (name: string, body: (...row: unknown[]) => T) => {
    for (const row of rows) define(name, () => body(...(Array.isArray(row) ? row : [row])));
  };
}

const failing = Object.assign((name: string, run: () => unknown) => register(name, run, true), {
  each: each((name: string, run) => register(name, run, true)),
});

// What test files import from `@jest/globals` while they run here: as much of it as the tests of the domain use.
export const test = Object.assign((name: string, run: () => unknown) => register(name, run), {
  each: each((name: string, run) => register(name, run)),
  failing,
});
export const describe = Object.assign(within, { each: each<void>(within) });
export { expect };
