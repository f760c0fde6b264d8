import { isInEffect } from '../domain/judge/acknowledgements.ts';
import type { Acknowledgement } from '../domain/model/finding.ts';

/** `expired`: its time is over. `closed`: an audit no longer found its finding. */
export type AcknowledgementState = 'in-effect' | 'expired' | 'closed' | 'withdrawn';

/** @param now ms since the epoch */
export function stateOf(acknowledgement: Acknowledgement, now: number): AcknowledgementState {
  if (acknowledgement.ending !== null) return acknowledgement.ending.kind;
  return isInEffect(acknowledgement, now) ? 'in-effect' : 'expired';
}
