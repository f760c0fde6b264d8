import {
  costOf,
  type Mm2Position,
  offsetOf,
  proofOf,
  type TidemarkPosition,
} from '../../shared/domain/model/report.ts';

/** A position as every JSON contract has it: unknown is null and proof `none`; `reason` is absent if there is none. */
export function tidemarkJson(one: TidemarkPosition): object {
  const high = one.kind === 'known' ? one.high : null;
  const reason = one.reason === null ? {} : { reason: one.reason };
  return { position: offsetOf(one), high, proof: proofOf(one), ...costJson(one), ...reason };
}

/** The same of MM2's position: `from` is `none` if there is none. */
export function mm2Json(one: Mm2Position): object {
  return { position: offsetOf(one), ...costJson(one), from: one.kind === 'at' ? one.from : 'none' };
}

function costJson(one: TidemarkPosition | Mm2Position): object {
  const { rereadAtMost = null, skipAtMost = null } = costOf(one) ?? {};
  return { rereadAtMost, skipAtMost };
}
