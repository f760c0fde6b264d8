import type { MachineName } from '../../../shared/contract/failover-machine.ts';
import { waitUntil } from '../../wait-until.ts';
import type { FailbackStage, Phase } from './failback-stage.ts';
import { approvedByHash, BY } from './run-by-machine.ts';

/** Records that the application has to write once nothing keeps it from that any more. */
const WRITTEN_AGAIN = 100;

/**
 * A state machine begins a run, the maintenance stop ends it once the consumers have ended, and the state machine of undos puts
 * back what it changed. Afterwards the application writes again, and the run is not continued.
 */
export async function undoByMachine(
  stage: FailbackStage,
  phase: Phase,
  machine: MachineName,
  input: object,
): Promise<void> {
  const { machines, producers } = stage;
  if (machines === null) throw new Error('the scenario has no state machines');
  stage.onGroupsStopped = async () => await machines.control({ action: 'hold', by: BY, reason: 'a rehearsal' });
  const execution = await machines.begin(machine, { ...input, by: BY });
  const { record } = await approvedByHash(machines, execution);
  const { run, subject } = record;
  requireEnd('held', await machines.ended(execution), 'FailoverHeld');
  const again = { flow: subject.flow, runId: run, by: BY };
  const undo = async () => await machines.ended(await machines.begin(machine, again, 'undo'));
  requireEnd('undone during the maintenance stop', await undo(), 'FailoverHeld');
  await machines.control({ action: 'release', by: BY });
  requireEnd('undone', await undo(), '');
  const { steps, phase: end } = (await machines.stored(run)).record;
  const left = [...steps].filter(([, { kind }]) => kind === 'done' || kind === 'doing' || kind === 'undoing');
  if (end !== 'undone' || left.length > 0) throw new Error(`run ${run} is ${end}, and has left ${left}`);
  const continued = await machines.ended(await machines.begin(machine, again));
  requireEnd('continued after its undo', continued, 'FailoverRefused');
  const before = producers[phase].acknowledged.length;
  await waitUntil(
    'the application to write again after the undo',
    () => producers[phase].acknowledged.length >= before + WRITTEN_AGAIN,
    { deadlineMs: 60_000, explain: () => `${producers[phase].failed} records were refused` },
  );
}

function requireEnd(
  what: string,
  { status, error, cause }: { readonly status: string; readonly error: string; readonly cause: string },
  wanted: string,
): void {
  const isWanted = wanted === '' ? status === 'SUCCEEDED' : status === 'FAILED' && error === wanted;
  if (!isWanted) throw new Error(`${what}, it ended with ${status}: ${error}: ${cause}`);
}
