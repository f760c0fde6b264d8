import { fileURLToPath } from 'node:url';
import base from '../../jest.config.js';

/** The suite's own configuration, with the product's folders among the roots: what no test loads counts as uncovered. */
export default {
  ...base,
  rootDir: '../..',
  roots: ['bin', 'cli', 'functions', 'infra', 'lab', 'shared', 'test'].map((folder) => `<rootDir>/${folder}`),
  collectCoverage: true,
  // The sources are ES modules whose types swc strips: V8 counts what runs, nothing has to be instrumented.
  coverageProvider: 'v8',
  collectCoverageFrom: ['{bin,cli,functions,infra,shared}/**/*.{js,ts}', '!**/*.d.ts'],
  coverageReporters: [fileURLToPath(new URL('by-storey.cjs', import.meta.url))],
};
