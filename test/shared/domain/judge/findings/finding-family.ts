import { describe, expect, test } from '@jest/globals';
import {
  FINDINGS,
  type FindingCode,
  runbookLink,
  type Severity,
} from '../../../../../shared/contract/finding-codes.ts';
import type { Finding } from '../../../../../shared/domain/model/finding.ts';
import type { Verdict } from '../../../../../shared/domain/model/report.ts';
import type { FlowCase } from '../case-shapes.ts';
import { auditsInARow, codesOf, judge } from '../judge-case.ts';

/** A situation in which a finding is there, and all that the finding says of it. */
export interface Opening {
  readonly of: FlowCase;
  /** The contract's severity of the code where absent. */
  readonly severity?: Severity;
  readonly subject: Finding['subject'];
  readonly evidence: Finding['evidence'];
  /** The message, whole; absent where another case of the family has one of the same wording. */
  readonly says?: string;
  /** Every other finding that the same situation is worth. */
  readonly beside?: readonly FindingCode[];
}

/** Everything that is held of one finding code. */
export interface FindingFamily {
  readonly opens: Opening;
  readonly verdict: Verdict;
  /** The situation before and after; a healthy flow where absent. */
  readonly before?: FlowCase;
  readonly heals?: FlowCase;
  /** Other situations in which it is there, and milder ones. */
  readonly alsoOpens?: Readonly<Record<string, Opening>>;
  /** Situations close to it in which it is not there. */
  readonly quiet: Readonly<Record<string, FlowCase>>;
}

export type FindingFamilies = Partial<Record<FindingCode, FindingFamily>>;

/** One group of tests for each code: when it opens, stays and heals, and what it says. */
export function describeFamilies(families: FindingFamilies): void {
  for (const code of Object.keys(FINDINGS) as FindingCode[]) {
    const family = families[code];
    if (family !== undefined) describe(code, () => testsOf(code, family));
  }
}

function testsOf(
  code: FindingCode,
  { opens, verdict, before = {}, heals, alsoOpens = {}, quiet }: FindingFamily,
): void {
  test('opens, and says what is so', () => {
    expect(codesOf(judge(before))).not.toContain(code);
    expectOpening(code, opens);
    expect(judge(opens.of).verdict).toBe(verdict);
  });

  test('stays while the situation does, and closes when it is over', () => {
    const audits = auditsInARow([before, opens.of, opens.of, heals ?? before]);
    const of = (changes: readonly { finding: Finding }[] = []) =>
      changes.filter(({ finding }) => finding.code === code).map(({ finding }) => finding.subject);
    const told = audits.map(({ report, changes }) => ({
      there: report.findings.filter((finding) => finding.code === code).length,
      opened: of(changes.opened),
      closed: of(changes.closed),
    }));
    expect(told).toEqual([
      { there: 0, opened: [], closed: [] },
      { there: 1, opened: [opens.subject], closed: [] },
      { there: 1, opened: [], closed: [] },
      { there: 0, opened: [], closed: [opens.subject] },
    ]);
  });

  for (const [name, opening] of Object.entries(alsoOpens)) test(name, () => expectOpening(code, opening));
  for (const [name, of] of Object.entries(quiet)) {
    test(`not: ${name}`, () => {
      const codes = codesOf(judge(of));
      expect(codes).not.toContain(code);
      expect(codes.filter((one) => !(one in FINDINGS))).toHaveLength(0);
    });
  }
}

function expectOpening(code: FindingCode, { of, severity, subject, evidence, says, beside = [] }: Opening): void {
  const { findings } = judge(of);
  expect(findings.find((finding) => finding.code === code)).toEqual({
    code,
    severity: severity ?? FINDINGS[code].severity,
    subject,
    evidence,
    message: says ?? expect.any(String),
    runbook: runbookLink(code),
  });
  expect([...codesOf({ findings })].sort()).toEqual([code, ...beside].sort());
}
