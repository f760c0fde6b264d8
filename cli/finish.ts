import type { ExitCode } from '../shared/errors.ts';

/** A command hands its exit code back through this. */
export type Finish = (code: ExitCode) => void;
