import type { DigestedRecord, DigestedStretch } from '../../shared/domain/compare/digested-record.ts';
import { planStretches, type Stretch, widened } from '../../shared/domain/compare/plan-stretches.ts';
import { settlePositions, type WantedPosition } from '../../shared/domain/compare/settle-positions.ts';
import { SourceRecords } from '../../shared/domain/compare/source-records.ts';
import type { VerifiedPosition } from '../../shared/domain/compare/verify-position.ts';
import type { PartitionMapping } from '../../shared/domain/mirror/mapping.ts';
import { costOfStandingAt, type TranslatedInterval, translate } from '../../shared/domain/mirror/translation.ts';
import { mappingOfSimulated, type Violation } from './judge.ts';
import type { SimulatedMm2 } from './simulated-mm2.ts';

/** The content of a source record. A comparison cannot distinguish records of equal content. */
export type Content = (offset: number) => string;

export interface VerifiedLife {
  readonly positions: number;
  readonly before: { readonly exact: number; readonly violations: readonly Violation[] };
  readonly verified: number;
  readonly exact: number;
  readonly refuted: number;
  readonly violations: readonly (Violation & { readonly verified: VerifiedPosition })[];
}

/**
 * Compares records around every source offset, and then each answer with the simulated truth. Treats each position as
 * the only one of its partition, so that it reads no more than that position needs. With `together` it compares all of
 * them at once.
 * @param rounds how many more times it may read from the source
 */
export function verifySimulated(mm2: SimulatedMm2, content: Content, rounds: number, together: boolean): VerifiedLife {
  const mapping = mappingOfSimulated(mm2);
  const wanted: WantedPosition[] = [];
  for (let upstream = mm2.sourceStart; upstream <= mm2.sourceEnd; upstream++) {
    const said = translate(mapping, BigInt(upstream));
    if (said.kind === 'interval') wanted.push({ upstream: BigInt(upstream), said });
  }
  const compare = (some: readonly WantedPosition[]) => comparePositions(mm2, mapping, content, rounds, some);
  const settled = together ? compare(wanted) : wanted.flatMap((one) => compare([one]));
  const proven = (proof: string) =>
    settled.filter(({ translation }) => translation.kind === 'interval' && translation.proof === proof).length;
  return {
    positions: wanted.length,
    before: {
      exact: wanted.filter(({ said }) => said.proof === 'exact').length,
      violations: wanted.flatMap(({ upstream, said }) => violationsOf(mm2, upstream, said)),
    },
    verified: proven('verified'),
    exact: proven('exact'),
    refuted: settled.filter(({ refutation }) => refutation !== null).length,
    violations: settled.flatMap((verified, i) => {
      const { translation } = verified;
      const upstream = wanted[i]?.upstream ?? 0n;
      if (translation.kind === 'unknown') return [];
      return violationsOf(mm2, upstream, translation).map((one) => ({ ...one, verified }));
    }),
  };
}

function comparePositions(
  mm2: SimulatedMm2,
  mapping: PartitionMapping,
  content: Content,
  rounds: number,
  wanted: readonly WantedPosition[],
): readonly VerifiedPosition[] {
  const log: Stretch = { from: BigInt(mm2.sourceStart), until: BigInt(mm2.sourceEnd) };
  const upstreams = wanted.map(({ upstream }) => upstream);
  const plan = planStretches(mapping, upstreams, log);
  const target = plan.target.map((stretch) => targetStretch(mm2, content, stretch));
  let range = plan.source;
  for (let round = 0; ; round++) {
    const stretch = sourceStretch(mm2, content, range);
    const records = new SourceRecords([stretch], { start: log.from, end: log.until });
    const { positions: settled } = settlePositions(mapping, wanted, target, records, 'not compared');
    const next = widened(range, log);
    const same = next.from === range.from && next.until === range.until;
    if (!settled.some(({ open }) => open) || round >= rounds || same) return settled;
    range = next;
  }
}

/** Where a position, or one beside it, costs more than the translation says. */
function violationsOf(mm2: SimulatedMm2, upstream: bigint, translation: TranslatedInterval): Violation[] {
  const u = Number(upstream);
  const violations: Violation[] = [];
  for (const beside of BESIDE) {
    const p = Math.min(Math.max(mm2.targetStart, Number(translation.low) + beside), mm2.targetEnd);
    const { skipAtMost, rereadAtMost } = costOfStandingAt(translation, BigInt(p), {
      start: BigInt(mm2.targetStart),
      highWatermark: BigInt(mm2.targetEnd),
    });
    // If syncs are wrong, it is not known what has expired. Then only records that can still be compared count.
    const skipped = mm2.skips(u, p, !mm2.undetectable);
    if (BigInt(skipped) > skipAtMost) violations.push({ upstream: u, kind: 'skip', said: skipAtMost, true: skipped });
    const reread = mm2.rereads(u, p);
    if (BigInt(reread) > rereadAtMost)
      violations.push({ upstream: u, kind: 'reread', said: rereadAtMost, true: reread });
  }
  return violations;
}

/** Records before and after a position, where MM2 may have left a group. */
const BESIDE = [0, -1_000, -7, 1, 9, 1_000];

function sourceStretch(mm2: SimulatedMm2, content: Content, { from, until }: Stretch): DigestedStretch {
  const records = mm2.sourceOffsets
    .filter((offset) => offset >= from && offset < until)
    .map((offset) => record(offset, `${mm2.sourceEpoch} ${content(offset)}`));
  return { from, until, records };
}

function targetStretch(mm2: SimulatedMm2, content: Content, { from, until }: Stretch): DigestedStretch {
  const records = mm2.targetRecords.flatMap((one, offset) =>
    one === null || offset < mm2.targetStart || offset < from || offset >= until
      ? []
      : [record(offset, one.epoch < 0 ? `foreign ${one.source}` : `${one.epoch} ${content(one.source)}`)],
  );
  return { from, until, records };
}

function record(offset: number, content: string): DigestedRecord {
  return { offset: BigInt(offset), content, body: content, timestamp: 0n };
}
