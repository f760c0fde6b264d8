import { withoutHidden } from '../../domain/model/hidden-characters.ts';
import type { KnownSecrets } from '../../domain/model/known-secrets.ts';

/** Characters of a cause that are kept. */
const CAUSE_LENGTH = 300;
/** Characters of a line that are searched for secrets; the rest is dropped. */
const LINE_LENGTH = 64 * 1024;
const CAUSED_BY = '\nCaused by: ';

/**
 * The root cause in a stack trace of Java: the line after the last `Caused by:`, or else the first line, such as
 * `org.apache.kafka.common.errors.RecordTooLargeException: The message is 2089 bytes …`. Without secrets and hidden
 * characters, and cut; null if the trace is empty.
 */
export function failureCause(trace: string, secrets: KnownSecrets): string | null {
  const at = trace.lastIndexOf(CAUSED_BY);
  const begin = at === -1 ? 0 : at + CAUSED_BY.length;
  const [first = ''] = trace.slice(begin, begin + LINE_LENGTH).split('\n', 1);
  const line = first.trim();
  if (line === '') return null;
  const safe = withoutHidden(secrets.hideIn(line));
  return safe.length <= CAUSE_LENGTH ? safe : `${safe.slice(0, CAUSE_LENGTH)}…`;
}
