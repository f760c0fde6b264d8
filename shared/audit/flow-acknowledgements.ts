import { closedAcknowledgements, isInEffect } from '../domain/judge/acknowledgements.ts';
import { makeFinding } from '../domain/judge/findings/make-finding.ts';
import type { Acknowledgement, Finding } from '../domain/model/finding.ts';
import type { FlowReport } from '../domain/model/report.ts';
import type { AcknowledgementStore } from '../history/acknowledgement-store.ts';

/** The acknowledgements of one flow, for the duration of one audit. */
export interface FlowAcknowledgements {
  readonly inEffect: readonly Acknowledgement[];
  /** The finding that they could not be read; null if they were. All findings then count. */
  readonly unreadable: Finding | null;
}

/**
 * Never throws: an audit without acknowledgements still has an answer.
 * @param now ms since the epoch
 */
export async function readAcknowledgements(
  store: AcknowledgementStore | undefined,
  flow: string,
  now: number,
): Promise<FlowAcknowledgements> {
  if (store === undefined) return { inEffect: [], unreadable: null };
  try {
    const all = await store.list(flow, now);
    return { inEffect: all.filter((one) => isInEffect(one, now)), unreadable: null };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `acknowledgements could not be read, so every finding counts: ${why}`;
    return { inEffect: [], unreadable: makeFinding('ACKNOWLEDGEMENTS_UNREADABLE', {}, message, { error: why }) };
  }
}

/**
 * Ends the acknowledgements whose findings have closed. Never throws: the next audit ends what this one could not.
 * @param at when the audit of the whole flow began: ms since the epoch
 */
export async function endClosedAcknowledgements(
  store: AcknowledgementStore | undefined,
  { inEffect }: FlowAcknowledgements,
  report: FlowReport,
  at: number,
): Promise<void> {
  const closed = closedAcknowledgements(report, inEffect, at);
  await Promise.allSettled(closed.map(({ flow, id }) => store?.end(flow, id, { kind: 'closed', at })));
}
