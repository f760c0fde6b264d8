import { iso } from '../../../shared/domain/model/iso-time.ts';
import type { Refusal } from '../../../shared/domain/restore/refusal.ts';
import { type RestorePlan, summaryOf } from '../../../shared/domain/restore/restore-plan.ts';
import { isComplete, type RestoreResult, standings } from '../../../shared/domain/restore/restore-result.ts';
import { withoutNull } from '../../../shared/restore/without-null.ts';
import { json } from '../../../shared/text/json.ts';

/**
 * A plan as `tidemark.restore-plan/1`: offsets and counts as decimal strings, times as ISO 8601. `hash` is null and
 * `refusals` says why where it must not be applied. One line for each step.
 */
export function* renderPlanJson(
  plan: RestorePlan | null,
  hash: string | null,
  refusals: readonly Refusal[],
): Generator<string> {
  // A draft that was refused is stored nowhere: it has no id to apply it by.
  const id = hash === null ? null : (plan?.id ?? null);
  yield json({ schema: 'tidemark.restore-plan/1', ...(plan === null ? {} : headOf(plan)), id, hash }).slice(0, -1);
  yield* list('refusals', refusals, (one) => json(one));
  yield* list('topics', plan?.topics ?? [], (one) => json(one));
  yield* list('groups', plan?.groups ?? [], ({ group, steps, leftAlone }) =>
    [
      `{"group":${json(group)}`,
      ...list('steps', steps, (step) => json(withoutNull(step, 'reason'))),
      ...list('leftAlone', leftAlone, json),
      '}',
    ].join(''),
  );
  yield* list('leftOut', plan?.leftOut ?? [], json);
  yield '\n}\n';
}

/** What an apply or undo did as `tidemark.restore-result/1`; refused before anything was written: no groups. */
export function* renderResultJson(
  plan: string,
  action: 'apply' | 'undo',
  result: RestoreResult | null,
  refusals: readonly Refusal[],
): Generator<string> {
  const head =
    result === null
      ? { complete: false }
      : { at: iso(result.at), run: result.run, complete: isComplete(result), partitions: standings(result) };
  yield json({ schema: 'tidemark.restore-result/1', plan, action, ...head }).slice(0, -1);
  yield* list('refusals', refusals, json);
  yield* list('groups', result?.groups ?? [], ({ group, refusal, partitions }) =>
    [
      `{"group":${json(group)}`,
      refusal === null ? '' : `,"refusal":${json(refusal)}`,
      ...list('partitions', partitions, (one) => json(withoutNull(one, 'why'))),
      '}',
    ].join(''),
  );
  yield '\n}\n';
}

function headOf({ groups, topics: _topics, leftOut: _leftOut, ...plan }: RestorePlan): object {
  const { asOf, stateAt, heldUntil, madeAt, expiresAt } = plan;
  const times = {
    asOf: iso(asOf),
    stateAt: iso(stateAt),
    heldUntil: iso(heldUntil),
    madeAt: iso(madeAt),
    expiresAt: iso(expiresAt),
  };
  return { ...plan, ...times, summary: summaryOf({ groups }) };
}

function* list<T>(name: string, all: readonly T[], text: (one: T) => string): Generator<string> {
  yield `,\n "${name}":[`;
  for (const [i, one] of all.entries()) yield `${i === 0 ? '' : ','}\n  ${text(one)}`;
  yield ']';
}
