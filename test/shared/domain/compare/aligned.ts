import {
  type AlignedStretch,
  alignStretch,
  type ClaimedPair,
} from '../../../../shared/domain/compare/align-stretch.ts';
import type { SourceRecords } from '../../../../shared/domain/compare/source-records.ts';
import { stretch } from './letters.ts';

/** Where the target stretches of these tests begin. */
const FROM = 10n;

export type Claim = readonly [upstream: bigint, downstream: bigint];

export function align(target: string, of: SourceRecords, claims: readonly Claim[] = []): AlignedStretch {
  return alignStretch(
    stretch(target, FROM),
    of,
    claims.map(([upstream, downstream]): ClaimedPair => ({ upstream, downstream })),
  );
}

/**
 * What each target record was found to be: the source offset; in brackets what only a sync says; in braces what it can
 * be; a dash for none of MM2's.
 */
export function told(target: string, of: SourceRecords, claims: readonly Claim[] = []): string {
  return align(target, of, claims)
    .records.map(({ upstream, compared, possible }) => {
      if (upstream !== null) return compared ? `${upstream}` : `[${upstream}]`;
      return possible === null ? '-' : `{${possible.least}..${possible.most}}`;
    })
    .join(' ');
}
