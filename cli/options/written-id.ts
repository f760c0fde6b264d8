import { idsMeant } from '../../shared/domain/model/short-id.ts';
import { printable } from '../output/text.ts';
import { UsageError, unknownName } from '../output/usage-error.ts';

const SHOWN = 5;

/**
 * The id that a person wrote, or began.
 * @param ids of everything of this kind that is stored, newest first
 * @throws UsageError if it is the beginning of none of them, or of several
 */
export function idWritten(kind: string, written: string, ids: readonly string[]): string {
  const meant = idsMeant(written, ids);
  const [id] = meant;
  if (id === undefined) throw unknownName(kind, written, ids);
  if (meant.length === 1) return id;
  const more = meant.length > SHOWN ? ` and ${meant.length - SHOWN} more` : '';
  throw new UsageError(
    `"${written}" is the beginning of ${meant.length} ${kind}s`,
    `write more of it: ${printable(meant.slice(0, SHOWN).join(', '))}${more}`,
  );
}
