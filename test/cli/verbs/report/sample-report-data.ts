import type { ReportData } from '../../../../cli/verbs/report/report-data.ts';
import { AT, finding, flow, group } from '../sample-report.ts';

const HOUR = 3_600_000;

/** A day of a flow: ready, without audits, not ready, with its name wherever a name may be. */
export function reportData(name = 'A->B'): ReportData {
  const [from, to] = [AT - 24 * HOUR, AT];
  const last = flow({
    flow: name,
    groups: [group({ group: name, topic: name }), group({ tidemark: { kind: 'unknown', reason: name } })],
    findings: [finding({ message: name })],
  });
  return {
    from,
    to,
    madeAt: AT,
    flows: [
      {
        flow: name,
        rpoRecords: 100n,
        rtoSeconds: 600,
        last,
        period: {
          verdicts: [
            { from, to: from + 12 * HOUR, is: 'ready' },
            { from: from + 12 * HOUR, to: from + 18 * HOUR, is: 'unknown' },
            { from: from + 18 * HOUR, to, is: 'not-ready' },
          ],
          rpo: [
            { from, to: from + 12 * HOUR, is: 'kept' },
            { from: from + 12 * HOUR, to: from + 18 * HOUR, is: 'unknown' },
            { from: from + 18 * HOUR, to, is: 'broken' },
          ],
          losses: [
            { at: from, records: 0n },
            { at: from + 6 * HOUR, records: 60n },
            { at: from + 12 * HOUR, records: null },
            { at: from + 18 * HOUR, records: 250n },
            { at: from + 21 * HOUR, records: 400n },
          ],
          events: [
            { kind: 'verdict', at: from, verdict: 'ready' },
            { kind: 'opened', at: from + 18 * HOUR, code: name },
            { kind: 'closed', at: from + 20 * HOUR, code: name },
          ],
        },
        runs: [
          { run: name, mode: 'planned', phase: 'completed', assessedAt: from + HOUR, tookMs: 240_000, evidence: 'ab' },
          { run: 'two', mode: 'planned', phase: 'running', assessedAt: from + HOUR, tookMs: null, evidence: 'cd' },
        ],
        audits: { recorded: 400, read: 200, damaged: 1, first: from, last: to },
      },
      {
        flow: `${name}2`,
        rpoRecords: null,
        rtoSeconds: null,
        last: flow({ flow: `${name}2`, verdict: 'ready', reasons: [], groups: [], findings: [] }),
        period: { verdicts: [{ from, to, is: 'ready' }], rpo: [], losses: [], events: [] },
        runs: [],
        audits: { recorded: 1, read: 1, damaged: 0, first: from, last: to },
      },
    ],
  };
}
