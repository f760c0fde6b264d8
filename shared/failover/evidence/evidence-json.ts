import * as z from 'zod';
import { json } from '../../text/json.ts';
import { DamagedRunError } from '../failover-errors.ts';
import { type StoredRun, storedRun } from '../run-entry-schema.ts';
import { EvidenceAlteredError } from './evidence-altered-error.ts';

const SCHEMA = 'tidemark.failover-evidence/1';

/**
 * The evidence of a run as `tidemark.failover-evidence/1`: its entries, one a line, and the hash of the last one. There is
 * nothing else in it, so that the hashes cover all of it. The same run always gives the same text.
 */
export function renderEvidenceJson({ record, entries }: StoredRun): string {
  const lines = entries.map(({ run, seq, at, epoch, event, previous, hash }) =>
    json({ run, seq, at, epoch, event, previous, hash }),
  );
  const head = json(entries.at(-1)?.hash ?? null);
  return `{"schema":"${SCHEMA}","run":${json(record.run)},"head":${head},"entries":[\n${lines.join(',\n')}\n]}\n`;
}

const document = z.strictObject({
  schema: z.literal(SCHEMA),
  run: z.string(),
  head: z.string(),
  entries: z.array(z.unknown()).min(1),
});

/**
 * The run that such a text is the evidence of. The caller still has to compare the text with what that run renders to: JSON
 * has many texts for one value.
 *
 * @throws EvidenceAlteredError naming the entry, if the text or the chain in it is broken
 */
export function readEvidenceJson(text: string): StoredRun {
  const parsed = document.safeParse(parsedJson(text));
  if (!parsed.success) {
    const schema = z.looseObject({ schema: z.string() }).safeParse(parsedJson(text));
    const found = schema.success && schema.data.schema !== SCHEMA ? `: it says ${schema.data.schema}` : '';
    throw new EvidenceAlteredError(`it is no ${SCHEMA}${found}`);
  }
  const { run, head, entries } = parsed.data;
  const stored = storedEntries(run, entries);
  const last = stored.entries.at(-1)?.hash;
  if (last !== head) throw new EvidenceAlteredError(`its head ${head} is not the hash of its last entry, ${last}`);
  return stored;
}

function storedEntries(run: string, entries: readonly unknown[]): StoredRun {
  try {
    const stored = storedRun(run, entries);
    if (stored !== null) return stored;
  } catch (error) {
    if (!(error instanceof DamagedRunError)) throw error;
    throw new EvidenceAlteredError(error.message, { cause: error });
  }
  throw new EvidenceAlteredError('it has no entry');
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const where = entryThatIsNoJson(text);
    throw new EvidenceAlteredError(where === null ? 'it is no JSON' : `entry ${where} is no JSON`, { cause });
  }
}

/** The first line of an entry that is not JSON by itself; null if it is another line. */
function entryThatIsNoJson(text: string): number | null {
  for (const [index, line] of text.split('\n').entries()) {
    const entry = entryOfLine(text, index);
    if (entry === null) continue;
    try {
      JSON.parse(line.replace(/,$/, ''));
    } catch {
      return entry;
    }
  }
  return null;
}

/** Number of the entry that is in a line of the text, from 0; null if it is the first line, or one after the entries. */
export function entryOfLine(text: string, line: number): number | null {
  const entries = text.split('\n').length - 3;
  return line >= 1 && line <= entries ? line - 1 : null;
}
