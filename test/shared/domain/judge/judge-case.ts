import type { KnownFlow } from '../../../../shared/domain/history/known-flow.ts';
import { nextState } from '../../../../shared/domain/history/next-state.ts';
import { type FindingChanges, FindingTracker } from '../../../../shared/domain/judge/findings/finding-tracker.ts';
import { judgeFlow } from '../../../../shared/domain/judge/judge-flow.ts';
import type { FlowReport } from '../../../../shared/domain/model/report.ts';
import type { Earlier } from './case-parts.ts';
import { AT, type FlowCase, MINUTE } from './case-shapes.ts';
import { flowCase, topicCases } from './flow-case.ts';

/** What an audit of the case says. */
export function judge(of: FlowCase = {}): FlowReport {
  const { observation, states, policy } = flowCase(of);
  return judgeFlow(observation, states, policy);
}

export function codesOf({ findings }: Pick<FlowReport, 'findings'>): readonly string[] {
  return findings.map(({ code }) => code);
}

/** One of several audits in a row: what it says, what it changes, and what it leaves to the next one. */
export interface Audit {
  readonly report: FlowReport;
  readonly changes: FindingChanges;
  readonly known: KnownFlow;
}

/** What the last of several audits in a row leaves. */
export function knownAfter(cases: readonly FlowCase[]): KnownFlow {
  const last = auditsInARow(cases).at(-1);
  if (last === undefined) throw new Error('at least one audit');
  return last.known;
}

/** Audits a minute apart, each of which goes on from the history of those before and remembers nothing else. */
export function auditsInARow(cases: readonly FlowCase[]): Audit[] {
  const tracker = new FindingTracker();
  let earlier: Earlier | undefined;
  return cases.map((of, i) => {
    const at = of.at ?? AT + i * MINUTE;
    const { observation, states, policy } = flowCase({ ...of, at, remembered: null }, earlier);
    const report = judgeFlow(observation, states, policy);
    const before: KnownFlow | null = earlier?.known ?? null;
    const known: KnownFlow = { state: nextState(before, observation, states, report), heldUntil: at };
    earlier = { known, topics: topicCases(of) };
    return { report, changes: tracker.follow(report, at), known };
  });
}
