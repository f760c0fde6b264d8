import { stateOf } from '../../../shared/acknowledge/acknowledgement-state.ts';
import type { Acknowledgement } from '../../../shared/domain/model/finding.ts';
import { iso } from '../../../shared/domain/model/iso-time.ts';
import { json } from '../../../shared/text/json.ts';

/** `tidemark.acknowledgements/1` (docs/schema/acknowledgements-1.json), one acknowledgement a line. @param now ms */
export function* acknowledgementsJson(all: readonly Acknowledgement[], now: number): Generator<string> {
  yield '{"schema":"tidemark.acknowledgements/1","acknowledgements":[';
  for (const [i, one] of all.entries()) yield `${i === 0 ? '' : ','}\n ${json(acknowledgementJson(one, now))}`;
  yield '\n]}\n';
}

function acknowledgementJson(one: Acknowledgement, now: number): object {
  const { id, flow, code, subject, reason, by, at, until, ending } = one;
  return {
    id,
    flow,
    code,
    subject,
    reason,
    by,
    at: iso(at),
    until: until === null ? null : iso(until),
    state: stateOf(one, now),
    ended: ending === null ? null : { ...ending, at: iso(ending.at) },
  };
}
