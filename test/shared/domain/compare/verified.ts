import { settlePositions } from '../../../../shared/domain/compare/settle-positions.ts';
import { SourceRecords } from '../../../../shared/domain/compare/source-records.ts';
import type { VerifiedPosition } from '../../../../shared/domain/compare/verify-position.ts';
import { PartitionMapping } from '../../../../shared/domain/mirror/mapping.ts';
import { SyncHistory } from '../../../../shared/domain/mirror/syncs/sync-history.ts';
import { positionOf, translate } from '../../../../shared/domain/mirror/translation.ts';
import { stretch } from './letters.ts';

/** A partition, and the offset of a group in it. */
export interface Case {
  readonly syncs: readonly (readonly [upstream: bigint, downstream: bigint])[];
  /** An earlier audit found the records of all syncs equal. */
  readonly foundEqual?: boolean;
  /** The logs in letters, from their begin. */
  readonly source: string;
  readonly sourceStart?: bigint;
  readonly target: string;
  readonly targetStart?: bigint;
  /** What of the target was read; all of it where absent. */
  readonly read?: readonly (readonly [from: bigint, until: bigint])[];
  readonly exactlyOnce?: boolean;
  /** Syncs before this index are of another source topic. */
  readonly sourceRecreatedAt?: number;
  readonly upstream: bigint;
  /** Offsets that the source log lost with its end. */
  readonly cutOff?: { readonly least: bigint; readonly most: bigint };
}

export function verify(of: Case): VerifiedPosition {
  const { syncs, foundEqual: compared = false, sourceStart = 0n, targetStart = 0n, upstream } = of;
  const read = stretch(of.source, sourceStart);
  const target = stretch(of.target, targetStart);
  const history = SyncHistory.of(syncs.map(([u, d]) => ({ timestamp: 0n, upstream: u, downstream: d, compared })));
  const mapping = new PartitionMapping({
    history,
    target: { start: targetStart, end: target.until },
    sourceStart,
    sourceEnd: read.until,
    exactlyOnce: of.exactlyOnce === true,
    ...(of.sourceRecreatedAt === undefined ? {} : { sourceRecreatedAt: of.sourceRecreatedAt }),
  });
  const said = translate(mapping, upstream);
  if (said.kind !== 'interval') throw new Error('the syncs of a case say something');
  const stretches = (of.read ?? [[target.from, target.until]]).map(([from, until]) => ({
    from,
    until,
    records: target.records.filter(({ offset }) => offset >= from && offset < until),
  }));
  const cut = of.cutOff === undefined ? {} : { cutOff: of.cutOff };
  const source = new SourceRecords([read], { start: sourceStart, end: read.until, ...cut });
  const { positions } = settlePositions(mapping, [{ upstream, said }], stretches, source, 'nobody compared it');
  const [verified] = positions;
  if (verified === undefined) throw new Error('one position was wanted');
  return verified;
}

/** As it is printed: `position..high proof, re-reads: reason`. */
export function told(of: Case): string {
  const found = positionOf(verify(of).translation);
  if (found.kind === 'unknown') return `nowhere: ${found.reason}`;
  const { position, high, proof, rereadAtMost, reason } = found;
  return `${position}..${high} ${proof}, ${rereadAtMost}${reason === null ? '' : `: ${reason}`}`;
}

/** What refutes the position that the syncs give, or null. */
export const refuted = (of: Case) => {
  const { refutation } = verify(of);
  return refutation === null ? null : [refutation.said, refutation.found, refutation.certain, refutation.how];
};
