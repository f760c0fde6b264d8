import { createHash } from 'node:crypto';
import { FINDINGS, type FindingCode } from '../contract/finding-codes.ts';
import { isInEffect } from '../domain/judge/acknowledgements.ts';
import { remoteTopic, sourceTopic } from '../domain/mirror/replication-policy.ts';
import type { Acknowledgement, Subject } from '../domain/model/finding.ts';
import { type Flow, flowName } from '../domain/model/flow.ts';
import type { AcknowledgementStore } from '../history/acknowledgement-store.ts';
import type { Clock } from '../ports.ts';

export interface AcknowledgeRequest {
  readonly store: AcknowledgementStore;
  readonly clock: Clock;
  readonly flow: Flow;
  readonly code: FindingCode;
  /** A topic by its name on the source or on the target. */
  readonly subject: Subject;
  readonly reason: string;
  readonly by: string;
  /** When it ends: ms since the epoch; null if it ends with its finding. */
  readonly until: number | null;
}

/**
 * Stores that a finding is known. The same acknowledgement twice is one: its id is made of what it says. One that has
 * ended can be made again, under another id.
 * @returns the acknowledgement in effect, and whether it is new
 * @throws HistoryStoreError
 */
export async function acknowledgeFinding(
  request: AcknowledgeRequest,
): Promise<{ readonly acknowledgement: Acknowledgement; readonly isNew: boolean }> {
  const { store, clock, code, reason, by, until } = request;
  const at = clock.now();
  const flow = flowName(request.flow);
  const subject = subjectOn(request.flow, code, request.subject);
  const known = await store.list(flow, at);
  for (let repeat = 0; ; repeat++) {
    const content = { flow, code, subject, reason, by, until };
    const id = idOf(content, repeat);
    const same = known.find((one) => one.id === id);
    if (same !== undefined && !isInEffect(same, at)) continue;
    const acknowledgement = same ?? { ...content, id, at, ending: null };
    return { acknowledgement, isNew: same === undefined && (await store.add(acknowledgement)) };
  }
}

/** The subject as findings of this code name it: some name a topic as it is called on the target. */
function subjectOn({ policy, source }: Flow, code: FindingCode, subject: Subject): Subject {
  const { topic } = subject;
  if (topic === undefined || FINDINGS[code].about !== 'target-topic') return subject;
  const isRemote = sourceTopic(policy, source, topic) !== topic;
  return { ...subject, topic: isRemote ? topic : remoteTopic(policy, source, topic) };
}

type Content = Pick<Acknowledgement, 'flow' | 'code' | 'subject' | 'reason' | 'by' | 'until'>;

/** 48 bits of the content's hash: enough for the acknowledgements of one flow, and short enough to type. */
function idOf({ flow, code, subject, reason, by, until }: Content, repeat: number): string {
  const { cluster, topic, partition, group } = subject;
  const content = [flow, code, cluster, topic, partition, group, reason, by, until, repeat];
  const text = JSON.stringify(content.map((part) => part ?? null));
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** What became of a request to withdraw an acknowledgement. */
export type Withdrawal =
  | { readonly kind: 'withdrawn'; readonly acknowledgement: Acknowledgement }
  /** It was withdrawn before, its time is over, or its finding has closed. */
  | { readonly kind: 'ended'; readonly acknowledgement: Acknowledgement }
  | { readonly kind: 'unknown' };

/**
 * Ends an acknowledgement of one of the flows: its finding counts again.
 * @param flows `A->B`
 * @throws HistoryStoreError
 */
export async function withdrawAcknowledgement(
  store: AcknowledgementStore,
  flows: readonly string[],
  { id, by, clock }: { readonly id: string; readonly by: string; readonly clock: Clock },
): Promise<Withdrawal> {
  const at = clock.now();
  for (const flow of flows) {
    const acknowledgement = (await store.list(flow, at)).find((one) => one.id === id);
    if (acknowledgement === undefined) continue;
    if (!isInEffect(acknowledgement, at)) return { kind: 'ended', acknowledgement };
    const ending = { kind: 'withdrawn', at, by } as const;
    const isOurs = await store.end(flow, id, ending);
    return { kind: isOurs ? 'withdrawn' : 'ended', acknowledgement: { ...acknowledgement, ending } };
  }
  return { kind: 'unknown' };
}
