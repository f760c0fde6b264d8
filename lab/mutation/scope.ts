import { globSync } from 'node:fs';
import { join } from 'node:path';

/** What is mutated: the mapping, the judge, the comparison of records, and restores. */
const MUTATED: readonly string[] = [
  'shared/domain/mirror/{epoch,mapping,replication,source-epoch,translation}.ts',
  'shared/domain/mirror/syncs/*.ts',
  'shared/domain/judge/**/*.ts',
  'shared/domain/compare/*.ts',
  'shared/domain/restore/*.ts',
];

/** The tests that have to notice: those of the domain that need nothing but the domain. */
const TESTS: readonly string[] = ['test/shared/domain/{mirror,judge,compare,restore}/**/*.test.ts'];

/** Tests that take thousands of examples to say anything. */
const TOO_LONG: readonly string[] = ['test/shared/domain/compare/refutation.property.test.ts'];

/** Share of their runs that property tests make here; `test/property-runs.ts` reads it. */
export const PROPERTY_RUNS = { variable: 'TIDEMARK_PROPERTY_RUNS', share: '0.01' } as const;

export function mutatedFiles(root: string): string[] {
  return globSync([...MUTATED], { cwd: root })
    .sort()
    .map((file) => join(root, file));
}

/** The test files below a folder: those that cost little first, and property tests last. */
export function testFiles(root: string): string[] {
  const files = globSync([...TESTS], { cwd: root, exclude: [...TOO_LONG] }).sort();
  const isProperty = (file: string) => file.includes('.property.');
  return [...files.filter((file) => !isProperty(file)), ...files.filter(isProperty)].map((file) => join(root, file));
}
