import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import {
  type DryRunOptions,
  type DryRunResult,
  DryRunStatus,
  determineHitLimitReached,
  type MutantRunOptions,
  type MutantRunResult,
  type TestResult,
  type TestRunner,
  type TestRunnerCapabilities,
  TestStatus,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner';
import fc from 'fast-check';
import { mutatedFiles, PROPERTY_RUNS, testFiles } from './scope.ts';
import { registeredTests, registerTestsOf, type WarmTest } from './warm-tests.ts';

/** What Stryker's instrumented code and its test runner tell each other through a global. */
interface Instrumented {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
  mutantCoverage?: { static: Record<string, number>; perTest: Record<string, Record<string, number>> };
}

/** Most executions of a mutant within one test: with more, the test counts as endless. Without mutants they are some 10,000. */
const HITS_AT_MOST = 1_000_000;

/** Replaces the id of a test while test files load. */
const LOADING = 'loading';

const scope = globalThis as typeof globalThis & { __stryker__?: Instrumented };

/**
 * Runs jest's test files without jest. It loads them once into this process, with a small substitute for
 * `@jest/globals`; each mutant then runs only the tests that reach it. Under jest each mutant would load all modules
 * again, which takes a second or more. A mutant in code that runs while modules load gets its own process.
 */
class WarmRunner implements TestRunner {
  readonly #instrumented: Instrumented;
  #tests: readonly WarmTest[] | null = null;

  constructor() {
    scope.__stryker__ ??= {};
    this.#instrumented = scope.__stryker__;
  }

  capabilities(): TestRunnerCapabilities {
    return { reloadEnvironment: false };
  }

  async dryRun(_: DryRunOptions): Promise<DryRunResult> {
    const tests = await this.#load();
    const result = await this.#run(tests, true);
    if (result.status !== DryRunStatus.Complete) return result;
    const { mutantCoverage } = this.#instrumented;
    return mutantCoverage === undefined ? result : { ...result, mutantCoverage };
  }

  async mutantRun(options: MutantRunOptions): Promise<MutantRunResult> {
    const { activeMutant, hitLimit, mutantActivation, sandboxFileName, testFilter } = options;
    const instrumented = this.#instrumented;
    instrumented.activeMutant = mutantActivation === 'static' ? activeMutant.id : undefined;
    try {
      const tests = await this.#load();
      instrumented.activeMutant = activeMutant.id;
      instrumented.hitLimit = hitLimit === undefined ? undefined : Math.min(hitLimit, HITS_AT_MOST);
      const wanted = testFilter === undefined ? null : new Set(testFilter);
      const chosen = wanted === null ? tests : tests.filter(({ id }) => wanted.has(id));
      const result = await this.#run(nearestFirst(chosen, sandboxFileName), false);
      return toMutantRunResult(determineHitLimitReached(instrumented.hitCount, instrumented.hitLimit) ?? result);
    } catch (error) {
      // The modules do not load with this mutant: every test run notices that.
      return toMutantRunResult(failure(String(error)));
    } finally {
      instrumented.activeMutant = undefined;
      instrumented.hitLimit = undefined;
      instrumented.hitCount = undefined;
    }
  }

  async #load(): Promise<readonly WarmTest[]> {
    if (this.#tests !== null) return this.#tests;
    process.env[PROPERTY_RUNS.variable] = PROPERTY_RUNS.share;
    // Every mutant gets the same values, and no search for the smallest counterexample: one failure is enough.
    fc.configureGlobal({ seed: 1, endOnFailure: true });
    const standIn = new URL('./warm-tests.ts', import.meta.url).href;
    registerHooks({
      resolve: (specifier, context, next) =>
        specifier === '@jest/globals' ? { url: standIn, shortCircuit: true } : next(specifier, context),
    });
    for (const file of mutatedFiles(process.cwd())) await import(pathToFileURL(file).href);
    // Test files also run code while they load. No mutant is active then: only what tests run counts as covered.
    this.#instrumented.currentTestId = LOADING;
    for (const file of testFiles(process.cwd())) {
      registerTestsOf(file);
      await import(pathToFileURL(file).href);
    }
    this.#instrumented.currentTestId = undefined;
    delete this.#instrumented.mutantCoverage?.perTest[LOADING];
    this.#tests = registeredTests();
    return this.#tests;
  }

  /** @param all whether to continue after the first failed test */
  async #run(tests: readonly WarmTest[], all: boolean): Promise<DryRunResult> {
    const results: TestResult[] = [];
    for (const test of tests) {
      this.#instrumented.currentTestId = test.id;
      this.#instrumented.hitCount = this.#instrumented.hitLimit === undefined ? undefined : 0;
      const began = performance.now();
      const failureMessage = await failureOf(test);
      this.#instrumented.currentTestId = undefined;
      const told = { id: test.id, name: test.id, timeSpentMs: performance.now() - began };
      if (failureMessage === null) results.push({ ...told, status: TestStatus.Success });
      else {
        results.push({ ...told, status: TestStatus.Failed, failureMessage });
        if (!all) break;
      }
    }
    return { status: DryRunStatus.Complete, tests: results };
  }
}

async function failureOf({ run, failing }: WarmTest): Promise<string | null> {
  try {
    await run();
  } catch (error) {
    return failing ? null : error instanceof Error ? error.message : String(error);
  }
  return failing ? 'a test marked as failing passes' : null;
}

function failure(failureMessage: string): DryRunResult {
  const test = { id: LOADING, name: LOADING, timeSpentMs: 0, status: TestStatus.Failed, failureMessage } as const;
  return { status: DryRunStatus.Complete, tests: [test] };
}

/** The tests named like the mutated file first: they are the most likely to fail, so that the others need not run. */
function nearestFirst(tests: readonly WarmTest[], mutated: string): readonly WarmTest[] {
  const name = /([^/]+)\.ts$/.exec(mutated)?.[1] ?? '';
  const isNear = ({ file }: WarmTest) => file.includes(`/${name}.`);
  return [...tests.filter(isNear), ...tests.filter((test) => !isNear(test))];
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'warm', WarmRunner)];
