/** ESM tests on the TypeScript sources themselves; swc only strips the types. */
export default {
  testEnvironment: '<rootDir>/test/plain-global-environment.js',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  setupFiles: ['<rootDir>/test/fixed-seed.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' } },
    ],
  },
  reporters: ['default', '<rootDir>/test/closing-line-reporter.js'],
  testSequencer: '<rootDir>/test/labs-first-sequencer.js',
  // Much of the time goes to waiting for brokers: four files at once keep two cores busy.
  maxWorkers: 4,
  // Every wait has a deadline of its own and says what for: this only ends what hangs.
  testTimeout: 300_000,
};
