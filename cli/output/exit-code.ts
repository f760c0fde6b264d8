/** Exit codes of the command line: version 1 of the contract. */
export const ExitCode = { fine: 0, critical: 1, usage: 2, couldNotAudit: 3, refused: 4 } as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** A verb hands its exit code back through this. */
export type Finish = (code: ExitCode) => void;
