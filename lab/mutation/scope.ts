import { globSync } from 'node:fs';
import { join } from 'node:path';

/** The mutated files: mapping, judge, comparison of records, restores. */
const MUTATED: readonly string[] = [
  'shared/domain/mirror/{breaks,coverage,syncs}/*.ts',
  'shared/domain/mirror/{earlier-runs,epoch,jumped-over,mapping,only-markers,replication,source-epoch,translation,without-jumps}.ts',
  'shared/domain/judge/**/*.ts',
  'shared/domain/compare/*.ts',
  'shared/domain/restore/*.ts',
];

/**
 * The tests that must notice a mutant: those of the same parts of the domain, and those of the policy's rules, which
 * alone ask what each threshold of the judge decides.
 */
const TESTS: readonly string[] = [
  'test/shared/domain/{mirror,judge,compare,restore}/**/*.test.ts',
  'test/shared/config/yaml/yaml-policy.test.ts',
];

/** Tests that need thousands of examples for one result, or Java; and those of the patterns, which are not mutated. */
const NOT_HERE: readonly string[] = [
  'test/shared/domain/compare/refutation.property.test.ts',
  'test/shared/domain/mirror/java-pattern*.test.ts',
];

/** The share of its runs that each property test makes per mutant; `test/property-runs.ts` reads it. */
export const PROPERTY_RUNS = { variable: 'TIDEMARK_PROPERTY_RUNS', share: '0.01' } as const;

export function mutatedFiles(root: string): string[] {
  return globSync([...MUTATED], { cwd: root })
    .sort()
    .map((file) => join(root, file));
}

/** The test files below a folder: fast ones first, property tests last. */
export function testFiles(root: string): string[] {
  const files = globSync([...TESTS], { cwd: root, exclude: [...NOT_HERE] }).sort();
  const isProperty = (file: string) => file.includes('.property.');
  return [...files.filter((file) => !isProperty(file)), ...files.filter(isProperty)].map((file) => join(root, file));
}
