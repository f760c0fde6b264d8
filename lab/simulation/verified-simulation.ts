import { translate } from '../../shared/domain/translation.ts';
import type { DigestedRecord, DigestedStretch } from '../../shared/domain/verification/digested-record.ts';
import { planStretches, type Stretch, widened } from '../../shared/domain/verification/plan-stretches.ts';
import { isOpen, settlePositions, type WantedPosition } from '../../shared/domain/verification/settle-positions.ts';
import { SourceRecords } from '../../shared/domain/verification/source-records.ts';
import type { VerifiedPosition } from '../../shared/domain/verification/verify-position.ts';
import { mappingOfSimulated, type Violation } from './judge.ts';
import type { SimulatedMm2 } from './simulated-mm2.ts';

/** What a source record's content is: records of equal content are the same to whoever compares. */
export type Content = (offset: number) => string;

export interface VerifiedLife {
  readonly positions: number;
  readonly before: { readonly exact: number; readonly violations: readonly Violation[] };
  readonly verified: number;
  readonly exact: number;
  readonly refuted: number;
  readonly violations: readonly (Violation & { readonly verified: VerifiedPosition })[];
}

/** Compares a stretch of records at every step of `rounds` and holds each answer against the simulated truth. */
export function verifySimulated(mm2: SimulatedMm2, content: Content, rounds: number): VerifiedLife {
  const mapping = mappingOfSimulated(mm2);
  const log: Stretch = { from: BigInt(mm2.sourceStart), until: BigInt(mm2.sourceEnd) };
  const wanted: WantedPosition[] = [];
  for (let upstream = mm2.sourceStart; upstream <= mm2.sourceEnd; upstream++) {
    const said = translate(mapping, BigInt(upstream));
    if ('low' in said) wanted.push({ upstream: BigInt(upstream), said });
  }
  const before: Violation[] = wanted.flatMap(({ upstream, said }) => violationsOf(mm2, upstream, said));
  const settled = wanted.map((one) => settleAlone(mm2, content, rounds, log, one));
  return {
    positions: wanted.length,
    before: { exact: wanted.filter(({ said }) => said.proof === 'exact').length, violations: before },
    verified: settled.filter(({ translation }) => 'low' in translation && translation.proof === 'verified').length,
    exact: settled.filter(({ translation }) => 'low' in translation && translation.proof === 'exact').length,
    refuted: settled.filter(({ refutation }) => refutation !== null).length,
    violations: settled.flatMap((verified, i) => {
      const { translation } = verified;
      const upstream = wanted[i]?.upstream ?? 0n;
      if (!('low' in translation)) return [];
      return violationsOf(mm2, upstream, translation).map((one) => ({ ...one, verified }));
    }),
  };

  /** As the only position of its partition, so that nothing more is read than it needs. */
  function settleAlone(
    life: SimulatedMm2,
    contentOf: Content,
    most: number,
    source: Stretch,
    one: WantedPosition,
  ): VerifiedPosition {
    const plan = planStretches(mapping, [one.upstream], source);
    const target = plan.target.map((stretch) => targetStretch(life, contentOf, stretch));
    let range = plan.source;
    for (let round = 0; ; round++) {
      const records = new SourceRecords([sourceStretch(life, contentOf, range)], {
        start: source.from,
        end: source.until,
      });
      const [verified] = settlePositions(mapping, [one], target, records);
      if (verified === undefined) throw new Error('one position was wanted');
      const next = widened(range, source);
      if (!isOpen(verified) || round >= most || (next.from === range.from && next.until === range.until))
        return verified;
      range = next;
    }
  }
}

function violationsOf(
  mm2: SimulatedMm2,
  upstream: bigint,
  { low, high, again }: { readonly low: bigint; readonly high: bigint; readonly again: bigint },
): Violation[] {
  const [u, p] = [Number(upstream), Number(low)];
  const violations: Violation[] = [];
  const skipped = mm2.skips(u, p);
  if (skipped > 0) violations.push({ upstream: u, kind: 'skip', said: 0n, true: skipped });
  const reread = mm2.rereads(u, p);
  const said = high - low + again;
  if (BigInt(reread) > said) violations.push({ upstream: u, kind: 'reread', said, true: reread });
  return violations;
}

function sourceStretch(mm2: SimulatedMm2, content: Content, { from, until }: Stretch): DigestedStretch {
  const records = mm2.sourceOffsets
    .filter((offset) => offset >= from && offset < until)
    .map((offset) => record(offset, `${mm2.sourceEpoch} ${content(offset)}`));
  return { from, until, records };
}

function targetStretch(mm2: SimulatedMm2, content: Content, { from, until }: Stretch): DigestedStretch {
  const records = mm2.targetRecords.flatMap((one, offset) =>
    one === null || offset < from || offset >= until
      ? []
      : [record(offset, one.epoch < 0 ? `foreign ${one.source}` : `${one.epoch} ${content(one.source)}`)],
  );
  return { from, until, records };
}

function record(offset: number, content: string): DigestedRecord {
  return { offset: BigInt(offset), content, timestamp: 0n };
}
