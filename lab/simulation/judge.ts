import { PartitionMapping } from '../../shared/domain/mirror/mapping.ts';
import { mayPredateSource, syncsOlderThanSource } from '../../shared/domain/mirror/source-epoch.ts';
import { translate } from '../../shared/domain/mirror/translation.ts';
import type { SimulatedMm2 } from './simulated-mm2.ts';

/** One source offset whose translation costs more than it says. */
export interface Violation {
  readonly upstream: number;
  readonly kind: 'skip' | 'reread';
  readonly said: bigint;
  readonly true: number;
}

export interface Judgement {
  readonly positions: number;
  readonly exact: number;
  readonly unknown: number;
  readonly rereads: number;
  readonly violations: readonly Violation[];
}

/** The mapping that an audit would build from what it can read of the simulated partition. */
export function mappingOfSimulated(mm2: SimulatedMm2): PartitionMapping {
  const history = mm2.readSyncs();
  const first = mm2.firstRecord;
  const inDoubt = first === null ? 0 : syncsOlderThanSource(history, first);
  return new PartitionMapping({
    history,
    target: { start: BigInt(mm2.targetStart), end: BigInt(mm2.targetEnd) },
    sourceStart: BigInt(mm2.sourceStart),
    sourceEnd: BigInt(mm2.sourceEnd),
    mayPredateSource: mayPredateSource(history, first, BigInt(mm2.sourceStart)),
    exactlyOnce: mm2.exactlyOnce,
    ...(inDoubt > 0 ? { sourceRecreatedAt: inDoubt } : {}),
  });
}

/** Translates every source offset and compares each answer with the actual records. */
export function judgeSimulated(mm2: SimulatedMm2, mapping = mappingOfSimulated(mm2)): Judgement {
  const violations: Violation[] = [];
  let positions = 0;
  let exact = 0;
  let unknown = 0;
  let rereads = 0;
  for (let upstream = mm2.sourceStart; upstream <= mm2.sourceEnd; upstream++) {
    positions++;
    const translation = translate(mapping, BigInt(upstream));
    if (translation.kind === 'unknown') {
      unknown++;
      continue;
    }
    if (translation.proof === 'exact') exact++;
    const position = Number(translation.low);
    const skipped = mm2.skips(upstream, position);
    const { expired } = translation;
    if (BigInt(skipped) > expired) violations.push({ upstream, kind: 'skip', said: expired, true: skipped });
    const reread = mm2.rereads(upstream, position);
    const said = translation.high - translation.low + translation.again;
    if (BigInt(reread) > said) violations.push({ upstream, kind: 'reread', said, true: reread });
    rereads += reread;
  }
  return { positions, exact, unknown, rereads, violations };
}
