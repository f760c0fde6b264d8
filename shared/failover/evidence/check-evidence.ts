import type { StoredRun } from '../run-entry-schema.ts';
import { EvidenceAlteredError } from './evidence-altered-error.ts';
import { entryOfLine, readEvidenceJson, renderEvidenceJson } from './evidence-json.ts';
import { layoutOf, PAGE_LAYOUT, recordIn, renderEvidencePage } from './evidence-page.ts';

export interface CheckedEvidence {
  readonly stored: StoredRun;
  /** Hash of the last entry. */
  readonly head: string;
  readonly form: 'html' | 'json';
}

/**
 * Checks a file of `tidemark failover evidence`, every byte of it: the chain, and that the file is exactly what its chain
 * renders to.
 *
 * @param head the hash of the last entry, kept elsewhere; null if none was: then nothing shows that no entry is missing at the
 *   end, nor that the whole file was not rewritten
 * @throws EvidenceAlteredError naming the entry, or the line of the page
 */
export function checkEvidence(bytes: Uint8Array, head: string | null): CheckedEvidence {
  const text = decoded(bytes);
  const form = text.startsWith('{') ? 'json' : 'html';
  const record = form === 'json' ? text : recordIn(text);
  if (record === null)
    throw new EvidenceAlteredError('it is neither JSON nor a page with a record in it, or it was cut');
  const stored = readEvidenceJson(record);
  const found = stored.entries.at(-1)?.hash ?? '';
  requireSame(record, renderEvidenceJson(stored), (line) => {
    const entry = entryOfLine(record, line);
    return entry === null ? `line ${line + 1} of its record was changed` : `entry ${entry} was changed`;
  });
  if (head !== null && head !== found) throw new EvidenceAlteredError(otherHead(stored, head, found));
  if (form === 'html') {
    const layout = layoutOf(text);
    if (layout !== PAGE_LAYOUT) {
      const other = `its record is whole and ends with ${found}, but the page around it has the layout ${layout ?? 'of no version'}`;
      throw new EvidenceAlteredError(
        `${other}, and this Tidemark makes ${PAGE_LAYOUT}: check it with the version that made it`,
      );
    }
    const says = 'its record is whole, but the page does not say what the record says';
    requireSame(text, renderEvidencePage(stored), (line) => `${says}: line ${line + 1} of the file was changed`);
  }
  return { stored, head: found, form };
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    const line = firstBadLine(bytes);
    throw new EvidenceAlteredError(`line ${line} of the file is not UTF-8`, { cause });
  }
}

/** From 1. */
function firstBadLine(bytes: Uint8Array): number {
  const lines = Buffer.from(bytes).toString('utf8').split('\n');
  return 1 + lines.findIndex((line) => line.includes('\ufffd'));
}

/** @param how what to say of the first line that differs, from 0 */
function requireSame(found: string, wanted: string, how: (line: number) => string): void {
  if (found === wanted) return;
  const [are, were] = [found.split('\n'), wanted.split('\n')];
  const line = are.findIndex((one, index) => one !== were[index]);
  throw new EvidenceAlteredError(how(line === -1 ? are.length : line));
}

function otherHead({ entries }: StoredRun, given: string, found: string): string {
  const kept = entries.findIndex(({ hash }) => hash === given);
  if (kept !== -1) {
    const more = entries.length - 1 - kept;
    return `the given head is that of entry ${kept}, and ${more} entries follow it, up to ${found}: the run continued after it was kept`;
  }
  return `it ends with entry ${entries.length - 1} and the head ${found}, not with the given ${given}: entries are missing at its end, or all of it was rewritten`;
}
