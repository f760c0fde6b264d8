import type { MachineName } from '../../../shared/contract/failover-machine.ts';
import { tookMs } from '../../../shared/domain/failover/run-record.ts';
import { TidemarkError } from '../../../shared/domain/model/errors.ts';
import type { StoredRun } from '../../../shared/failover/run-entry-schema.ts';
import { endedEarly, type MotoMachines } from '../../step-functions/moto-machines.ts';
import { isRunAgain } from '../failover/run-again.ts';

const MOST_AGAIN = 10;
/** Who starts executions, and answers. */
export const BY = 'drill';

/**
 * A state machine carries a run out. A first execution is rejected; of the second one an approval with another hash is refused,
 * and then the right one is given with the token. It is started again under the same run where the runbook says so.
 */
export async function runByMachine(
  machines: MotoMachines,
  machine: MachineName,
  input: object,
): Promise<{ readonly run: string; readonly tookMs: number | null; readonly entries: StoredRun['entries'] }> {
  await reject(machines, machine, input);
  const execution = await machines.begin(machine, { ...input, by: BY });
  const { run, subject } = (await approvedByHash(machines, execution)).record;
  let ended = await machines.ended(execution);
  for (let again = 0; again < MOST_AGAIN && ended.status !== 'SUCCEEDED'; again++) {
    if (!isRunAgain(faultsOf(await machines.stored(run)))) throw endedEarly(ended);
    ended = await machines.ended(await machines.begin(machine, { flow: subject.flow, runId: run, by: BY }));
  }
  if (ended.status !== 'SUCCEEDED') throw endedEarly(ended);
  const { record: done, entries } = await machines.stored(run);
  if (done.phase !== 'completed') throw new Error(`the execution succeeded, and run ${run} is ${done.phase}`);
  return { run, tookMs: tookMs(done), entries };
}

/** Answers what an execution waits for: first with another hash, which has to be refused. */
export async function approvedByHash(machines: MotoMachines, execution: string): Promise<StoredRun> {
  const stored = await machines.awaited(execution);
  const { run, hash } = stored.record;
  const answer = { action: 'approve', runId: run, by: BY };
  const refused = await machines
    .control({ ...answer, hash: hash.replaceAll(/./g, '0') })
    .catch((error: unknown) => error);
  if (!(refused instanceof TidemarkError && refused.code === 'HASH_DIFFERS'))
    throw new Error(`an approval of another hash was not refused: ${refused}`);
  await machines.control({ ...answer, hash });
  return stored;
}

async function reject(machines: MotoMachines, machine: MachineName, input: object): Promise<void> {
  const execution = await machines.begin(machine, { ...input, by: BY });
  const { record } = await machines.awaited(execution);
  await machines.control({ action: 'reject', runId: record.run, reason: 'a rehearsal', by: BY });
  const { status, error } = await machines.ended(execution);
  if (status !== 'FAILED' || error !== 'FailoverRejected')
    throw new Error(`rejected, it ended with ${status} ${error}`);
}

/** Of a run that has stopped: the failed step. */
function faultsOf({ record }: StoredRun): readonly { readonly code: string }[] {
  return [...record.steps.values()].flatMap((state) => (state.kind === 'failed' ? [{ code: state.code }] : []));
}
