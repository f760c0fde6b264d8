import { heldBy, RunBusyError } from './failover-errors.ts';
import type { LockAnswer, RunStore } from './run-store.ts';

const UNTIL = / until (\S+)$/;

/** A holder that certainly has ended at a time, whatever happens to it: AWS ends every invocation of a function. */
export function holderUntil(name: string, endsAt: number): string {
  return `${name} until ${new Date(endsAt).toISOString()}`;
}

/**
 * Takes a flow for a run and a process. A holder of the same run whose time is over counts as ended: it died before it
 * could release the flow.
 *
 * @throws FailoverRefusedError FLOW_LOCKED, RunBusyError, HistoryStoreError
 */
export async function takeLock(
  store: RunStore,
  request: Omit<Parameters<RunStore['lock']>[0], 'overrideEpoch'>,
): Promise<Extract<LockAnswer, { readonly kind: 'locked' }>> {
  const answer = await store.lock(request);
  if (answer.kind === 'locked') return answer;
  const { by } = answer;
  const endsAt = by.run === request.run ? endOf(by.holder) : null;
  if (endsAt === null) throw heldBy(by);
  if (request.at < endsAt) throw new RunBusyError(by);
  const again = await store.lock({ ...request, overrideEpoch: by.epoch });
  if (again.kind === 'locked') return again;
  throw new RunBusyError(again.by);
}

/** When a holder has ended at the latest; null if that is not known. */
function endOf(holder: string | null): number | null {
  const time = Date.parse(holder?.match(UNTIL)?.[1] ?? '');
  return Number.isNaN(time) ? null : time;
}
