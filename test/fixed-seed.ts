import fc from 'fast-check';

/** Every property draws the same values on every run of the suite. `npm run explore` is what searches on. */
export const SEED = 20_261_121;

// Jest runs this before each test file (`setupFiles`), so that no test can forget it.
fc.configureGlobal({ seed: SEED });
