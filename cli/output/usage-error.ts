import { closestName } from '../../shared/config/closest-name.ts';
import { TidemarkError } from '../../shared/domain/model/errors.ts';

/** The command line asks for something that there is not. Exit code 2. */
export class UsageError extends TidemarkError {
  override readonly name = 'UsageError';

  constructor(message: string, remedy: string) {
    super('USAGE', message, { remedy });
  }
}

/**
 * A name on the command line that is none of the known ones.
 * @param where they are known, such as ` in the history`
 */
export function unknownName(kind: string, written: string, known: readonly string[], where = ''): UsageError {
  const near = closestName(written, known);
  const some = known.slice(0, 10).join(', ');
  const remedy =
    near !== null
      ? `did you mean ${near}?`
      : known.length === 0
        ? `there is no ${kind} at all`
        : `known: ${some}${known.length > 10 ? ` and ${known.length - 10} more` : ''}`;
  return new UsageError(`there is no ${kind} "${written}"${where}`, remedy);
}
