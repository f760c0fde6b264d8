import type { AuditReport } from '../../../shared/domain/model/report.ts';
import type { FlowVerification, PositionVerification } from '../../../shared/survey/verify-positions.ts';
import { json } from '../../../shared/text/json.ts';
import { findingJson } from '../../output/finding-json.ts';
import { tidemarkJson } from '../../output/position-json.ts';

/**
 * `tidemark.verify/1` (docs/schema/verify-1.json): each position before and after its records were compared, one a line.
 * Offsets and counts are decimal strings, unknown is null with a reason.
 */
export function* renderVerifyJson(report: AuditReport, verifications: readonly FlowVerification[]): Generator<string> {
  yield `{"schema":"tidemark.verify/1","at":${json(new Date(report.at).toISOString())},"flows":[`;
  for (const [i, { flow, findings, unread }] of report.flows.entries()) {
    const one = verifications.find((verification) => verification.flow === flow);
    const refuted = findings.filter(({ code }) => code === 'VERIFICATION_REFUTED');
    yield `${i === 0 ? '' : ','}\n{"flow":${json(flow)},"bytes":${one?.bytes ?? 0}`;
    yield* list('positions', (one?.positions ?? []).map(positionJson));
    yield* list('pairs', one?.pairs ?? []);
    yield* list('findings', refuted.map(findingJson));
    yield* list('unread', unread);
    yield '}';
  }
  yield ']}\n';
}

function positionJson({ group, topic, partition, committed, was, is }: PositionVerification): object {
  return { group, topic, partition, committed, was: tidemarkJson(was), is: tidemarkJson(is) };
}

function* list(name: string, all: readonly object[]): Generator<string> {
  yield `,\n "${name}":[`;
  for (const [i, one] of all.entries()) yield `${i === 0 ? '' : ','}\n  ${json(one)}`;
  yield ']';
}
