import type { ApprovalSubject } from '../../../../shared/domain/failover/approval-subject.ts';
import { hashOfSubject } from '../../../../shared/domain/failover/approval-subject.ts';
import type { ChainEntry } from '../../../../shared/domain/failover/evidence-chain.ts';
import { NO_ENTRY, sealed } from '../../../../shared/domain/failover/evidence-chain.ts';
import type { RunEvent } from '../../../../shared/domain/failover/run-event.ts';
import { TidemarkError } from '../../../../shared/domain/model/errors.ts';
import { type StoredRun, storedRun } from '../../../../shared/failover/run-entry-schema.ts';
import { sha256 } from '../../../../shared/failover/sha256.ts';
import { begin } from '../begin-run.ts';
import { FakeFailback } from '../failback-world.ts';
import { FakeWorld } from '../failover-world.ts';

/** A planned run that the engine carried out: the step that stops MirrorMaker failed once, and was tried again. */
export async function completedRun(): Promise<StoredRun> {
  const run = await begin(new FakeWorld());
  let isDown = true;
  run.fake.hazard = (what, when) => {
    if (what !== 'mirror=true' || when !== 'before' || !isDown) return;
    isDown = false;
    throw new TidemarkError('CONNECT_UNREACHABLE', 'Connect does not answer', { retriable: true });
  };
  await run.run();
  run.fake.now += 45_000;
  await run.run({ approve: null });
  return withFixedId(await run.stored());
}

/** A run whose positions could not be written, and that was undone. */
export async function undoneRun(): Promise<StoredRun> {
  const run = await begin(new FakeWorld());
  run.fake.hazard = (what) => {
    if (what === 'positions=true') throw new TidemarkError('NOT_COORDINATOR', 'billing could not be written');
  };
  await run.run();
  run.fake.hazard = () => undefined;
  await run.undo();
  return withFixedId(await run.stored());
}

/** A run that was carried out without a source, of which one gate was accepted. */
export async function unplannedRun(): Promise<StoredRun> {
  const fake = new FakeWorld();
  fake.sourceDown = true;
  const run = await begin(fake, 'unplanned', ['LOSS_UNKNOWN']);
  await run.run();
  return withFixedId(await run.stored());
}

/** A failback that the engine carried out. */
export async function failbackRun(): Promise<StoredRun> {
  const run = await begin(new FakeFailback(), 'failback');
  await run.run();
  return withFixedId(await run.stored());
}

/** A run that nobody approved yet. */
export async function waitingRun(): Promise<StoredRun> {
  return withFixedId(await (await begin(new FakeWorld())).stored());
}

/** Ids of runs end in a random part. The chain is made again, so that the same test always sees the same bytes. */
function withFixedId({ entries }: StoredRun): StoredRun {
  return chained(
    '20261122T060000Z-00c0ffee',
    entries.map(({ at, epoch, event }) => ({ at, epoch, event })),
  );
}

export function chained(run: string, parts: readonly Pick<ChainEntry, 'at' | 'epoch' | 'event'>[]): StoredRun {
  const entries: ChainEntry[] = [];
  for (const [seq, part] of parts.entries()) {
    entries.push(sealed({ run, seq, ...part, previous: entries.at(-1)?.hash ?? NO_ENTRY }, sha256));
  }
  const stored = storedRun(run, entries);
  if (stored === null) throw new Error('a run has entries');
  return stored;
}

/** The completed run, with another text wherever a name, a reason or a person may stand. */
export async function namedRun(name: string): Promise<StoredRun> {
  const { entries, record } = await completedRun();
  const steps = record.subject.steps.map((one) => ({ ...one, actions: [name] }));
  const topics = [{ topic: name, targetTopic: name, partitions: 1 }];
  const clusters = { source: name, target: name };
  const subject: ApprovalSubject = {
    ...record.subject,
    flow: name,
    clusters,
    topics,
    chosen: [name],
    groups: [name],
    steps,
  };
  const hash = hashOfSubject(subject, sha256);
  return chained(
    name,
    entries.map(({ at, epoch, event }) => ({ at, epoch, event: withName(event, name, subject, hash) })),
  );
}

function withName(event: RunEvent, name: string, subject: ApprovalSubject, hash: string): RunEvent {
  switch (event.kind) {
    case 'assessed':
      return { ...event, subject, hash, by: name, figures: { loss: { kind: 'unknown', reason: name } } };
    case 'approved':
      return { ...event, hash, by: name };
    case 'locked':
      return { ...event, by: name, overrode: name };
    case 'failed':
      return { ...event, code: name, reason: name };
    case 'began':
      return { ...event, intent: { [name]: name } };
    case 'done': {
      if (event.step === 'drain')
        return { ...event, evidence: { sourceEnds: { [name]: ['1'] }, missing: '0', proven: true } };
      if (event.step === 'record-points') return { ...event, evidence: { targetEnds: { [name]: [name] } } };
      if (event.step !== 'restore-groups') return event;
      const place = { group: name, topic: name, partition: 0, from: name, to: name };
      const written = [{ ...place, rereadAtMost: name, skipAtMost: name, proof: name }];
      return { ...event, evidence: { positions: 1, plan: name, written } };
    }
    default:
      return event;
  }
}
