import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { FlowReport, Verdict } from '../../../../shared/domain/model/report.ts';
import { propertyRuns } from '../../../property-runs.ts';
import { anyFlow } from './any-flow.ts';
import type { FlowCase, TopicCase } from './case-shapes.ts';
import { judge } from './judge-case.ts';
import { printedGroups } from './printed-groups.ts';

const RUNS = { numRuns: propertyRuns(400) };

/** What of a report does not depend on the order in which its parts were given. */
function unordered({ verdict, loss, partitions, groups, findings, reasons }: FlowReport) {
  return {
    verdict,
    loss: loss.kind === 'known' ? loss : loss.kind,
    partitions: new Set(partitions.map(text)),
    groups: new Set(groups.map(text)),
    findings: findings.map(text).sort(),
    reasons: [...reasons].sort(),
  };
}

function text(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? `${inner}n` : inner));
}

/** The numbers of a finding without the place that it names. */
function numbers({ findings }: FlowReport): string[] {
  return findings.map(({ code, severity, subject: { topic, group } }) => text({ code, severity, topic, group })).sort();
}

const topicsOf = (of: FlowCase): readonly TopicCase[] => of.topics ?? [];
const RANK: Record<Verdict, number> = { ready: 0, 'at-risk': 1, unknown: 2, 'not-ready': 3 };

describe('whatever a flow is like', () => {
  test('its loss is all that waits and all that is missing, and unknown as soon as one partition is', () => {
    let known = 0;
    let provenOnes = 0;
    fc.assert(
      fc.property(anyFlow, (of) => {
        const { loss, partitions } = judge(of);
        // What MM2 has acknowledged may be gone from a target log that could not be read.
        const mayBeGone = partitions.some(({ targetEnd }) => targetEnd === null) && loss.kind === 'unknown';
        // Without syncs, the length of a target log says nothing of what it holds.
        const isBlind = of.syncs === 'unread' && partitions.length > 0;
        if (of.down !== undefined || mayBeGone || isBlind || partitions.some(({ lag }) => lag.kind === 'unknown')) {
          expect(loss.kind).toBe('unknown');
          return;
        }
        known++;
        const sum = partitions.reduce(
          (all, { lag, missing }) => all + missing + (lag.kind === 'known' ? lag.records : 0n),
          0n,
        );
        const proven = partitions.every(
          ({ lag, missing }) => lag.kind === 'known' && lag.basis === 'proven' && missing === 0n,
        );
        expect(loss).toMatchObject({ kind: 'known', records: sum });
        // Where MM2 has begun again, what waits may be on the target already: a proven lag is no proven loss.
        const isProven = loss.kind === 'known' && loss.basis === 'proven';
        if (isProven) provenOnes++;
        if (!proven) expect(isProven).toBe(false);
      }),
      // The healthy flow has a proven loss, however few runs are drawn.
      { ...RUNS, examples: [[{}]] },
    );
    expect(known).toBeGreaterThan(RUNS.numRuns / 4);
    expect(provenOnes).toBeGreaterThan(0);
  });

  test('no lag and nothing missing is negative, and nothing is replicated beyond the end of the source', () => {
    fc.assert(
      fc.property(anyFlow, (of) => {
        for (const { lag, missing, replicatedTo, sourceEnd, sourceStart } of judge(of).partitions) {
          expect(missing).toBeGreaterThanOrEqual(0n);
          if (lag.kind === 'known') expect(lag.records).toBeGreaterThanOrEqual(0n);
          if (replicatedTo === null || sourceEnd === null || sourceStart === null) continue;
          expect(replicatedTo).toBeLessThanOrEqual(sourceEnd);
          expect(replicatedTo).toBeGreaterThanOrEqual(sourceStart);
          if (lag.kind === 'known') expect(replicatedTo + lag.records).toBe(sourceEnd);
        }
      }),
      RUNS,
    );
  });

  test('its verdict is made of its findings and its loss: what is critical or unknown is never ready', () => {
    fc.assert(
      fc.property(anyFlow, (of) => {
        const { verdict, loss, findings, reasons } = judge(of);
        const has = (severity: string) => findings.some((finding) => finding.severity === severity);
        const told = new Set(findings.filter(({ severity }) => severity !== 'info').map(({ code }) => code));
        expect(new Set(reasons)).toEqual(told);
        if (of.down !== undefined) expect(verdict).toBe('unknown');
        else if (has('critical')) expect(verdict).toBe('not-ready');
        else if (loss.kind === 'unknown') expect(verdict).toBe('unknown');
        else expect(verdict).toBe(has('warning') ? 'at-risk' : 'ready');
      }),
      RUNS,
    );
  });

  test('with a target that is down it is not ready, and no position is made up', () => {
    fc.assert(
      fc.property(anyFlow, (of) => {
        const report = judge({ ...of, down: 'target' });
        expect([report.verdict, report.loss.kind]).toEqual(['not-ready', 'unknown']);
        for (const { mm2, tidemark } of printedGroups(report))
          expect([mm2.position, tidemark.position]).toEqual([null, null]);
      }),
      RUNS,
    );
  });

  test('one more partition that cannot be read is never ready, and one on the source leaves no loss', () => {
    fc.assert(
      fc.property(anyFlow, fc.constantFrom('source', 'target'), fc.nat(), (of, side, pick) => {
        const [first = {}, ...others] = topicsOf(of);
        const partitions = first.partitions ?? [];
        const blinded = partitions.map((one, i) =>
          i === pick % partitions.length ? { ...one, [side]: 'unread' } : one,
        );
        const { verdict, loss } = judge({ ...of, topics: [{ ...first, partitions: blinded }, ...others] });
        if (side === 'source') expect([loss.kind, RANK[verdict] >= RANK.unknown]).toEqual(['unknown', true]);
        else if (first.notOnTarget !== true) expect(verdict).not.toBe('ready');
      }),
      RUNS,
    );
  });

  test('the order of topics and groups changes nothing', () => {
    fc.assert(
      fc.property(anyFlow, (of) => {
        const turned = { ...of, topics: [...topicsOf(of)].reverse(), groups: [...(of.groups ?? [])].reverse() };
        expect(unordered(judge(turned))).toEqual(unordered(judge(of)));
      }),
      RUNS,
    );
  });

  test('which partition is which changes nothing but the names', () => {
    fc.assert(
      fc.property(anyFlow, (of) => {
        const turned: FlowCase = {
          ...of,
          topics: topicsOf(of).map((topic) => ({ ...topic, partitions: [...(topic.partitions ?? [])].reverse() })),
          groups: (of.groups ?? []).map((group) => ({
            ...group,
            positions: (group.positions ?? []).map((position) => {
              const count = topicsOf(of)[0]?.partitions?.length ?? 0;
              const { partition = 0 } = position;
              return { ...position, partition: partition < count ? count - 1 - partition : partition };
            }),
          })),
        };
        const [before, after] = [judge(of), judge(turned)];
        expect(after.verdict).toBe(before.verdict);
        expect(unordered(after).loss).toEqual(unordered(before).loss);
        expect(numbers(after)).toEqual(numbers(before));
      }),
      RUNS,
    );
  });
});
