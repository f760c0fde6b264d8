import type { VerifyOptions } from '../../shared/survey/verify-positions.ts';
import { UsageError } from '../output/usage-error.ts';

/** `--verify` and `--budget` of commands that compare records only where positions are open. */
export interface VerifyOpenOptions {
  readonly verify?: boolean;
  /** Bytes. */
  readonly budget?: number;
}

/** What the options ask for; undefined without `--verify`. @throws UsageError where a budget has nothing to bound */
export async function verifyOpen({ verify, budget }: VerifyOpenOptions): Promise<VerifyOptions | undefined> {
  if (verify === true) return { positions: 'open', budgetBytes: await verifyBudget(budget) };
  if (budget === undefined) return undefined;
  throw new UsageError('--budget is of no use without --verify', 'add --verify, or leave --budget out');
}

/** Bytes of records to read at most. */
export async function verifyBudget(budget: number | undefined): Promise<number> {
  if (budget !== undefined) return budget;
  return (await import('../../shared/survey/verify-positions.ts')).DEFAULT_VERIFY_BYTES;
}
