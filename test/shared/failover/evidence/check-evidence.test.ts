import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { checkEvidence } from '../../../../shared/failover/evidence/check-evidence.ts';
import { renderEvidenceJson } from '../../../../shared/failover/evidence/evidence-json.ts';
import { PAGE_LAYOUT, renderEvidencePage } from '../../../../shared/failover/evidence/evidence-page.ts';
import { propertyRuns } from '../../../property-runs.ts';
import { evidenceGoldens, pageOf } from './golden.ts';
import { chained, completedRun, namedRun, undoneRun, unplannedRun, waitingRun } from './recorded-runs.ts';

const RUNS = { completed: completedRun, undone: undoneRun, unplanned: unplannedRun, waiting: waitingRun };
const RENDERERS = { json: renderEvidenceJson, html: renderEvidencePage };

/** What a check says against a file; null if it takes it. */
function faultOf(bytes: Uint8Array | string, head: string | null = null): string | null {
  try {
    checkEvidence(typeof bytes === 'string' ? Buffer.from(bytes) : bytes, head);
    return null;
  } catch (error) {
    expect(error).toMatchObject({ code: 'EVIDENCE_ALTERED' });
    return (error as Error).message;
  }
}

/** The file with other bits at one place. */
function flipped(bytes: Buffer, at: number, mask: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ mask;
  return copy;
}

/** The text with a part replaced, which must be in it. */
function changed(text: string, part: string, by: string): string {
  expect(text).toContain(part);
  return text.replace(part, by);
}

describe.each(Object.entries(RUNS))('a run that is %s', (_, record) => {
  test.each(Object.entries(RENDERERS))('is taken as %s, with its head and without', async (form, render) => {
    const stored = await record();
    const text = render(stored);
    const head = stored.entries.at(-1)?.hash ?? '';
    expect(checkEvidence(Buffer.from(text), head)).toMatchObject({ form, head });
    expect(checkEvidence(Buffer.from(text), null).stored).toEqual(stored);
  });
});

describe('one changed byte is detected', () => {
  test('each byte of the JSON of a short run', async () => {
    const bytes = Buffer.from(renderEvidenceJson(await waitingRun()));
    for (let at = 0; at < bytes.length; at++) {
      const mask = 1 + ((at * 37) % 255);
      if (faultOf(flipped(bytes, at, mask)) === null) throw new Error(`byte ${at} with mask ${mask} is not detected`);
    }
  });

  test.each(Object.entries(RENDERERS))('any byte of a long run as %s', async (_, render) => {
    const bytes = Buffer.from(render(await namedRun('gr\u00fc\u00dfe <b>&amp;\ufffd')));
    const place = fc.integer({ min: 0, max: bytes.length - 1 });
    const mask = fc.integer({ min: 1, max: 255 });
    const flip = fc.property(place, mask, (at, bits) => faultOf(flipped(bytes, at, bits)) !== null);
    fc.assert(flip, { numRuns: propertyRuns(600) });
  });

  test.each(Object.entries(RENDERERS))('a byte that is missing, or one too many: %s', async (_, render) => {
    const bytes = Buffer.from(render(await waitingRun()));
    const place = fc.integer({ min: 0, max: bytes.length - 1 });
    const cut = fc.property(place, fc.boolean(), (at, twice) => {
      const rest = bytes.subarray(twice ? at : at + 1);
      return faultOf(Buffer.concat([bytes.subarray(0, twice ? at + 1 : at), rest])) !== null;
    });
    fc.assert(cut, { numRuns: propertyRuns(300) });
    expect(faultOf(Buffer.concat([Buffer.from('\ufeff'), bytes]))).not.toBeNull();
  });
});

describe('what was changed is named', () => {
  const lines = async () => renderEvidenceJson(await completedRun()).split('\n');

  test.each([
    ['a value', (line: string) => changed(line, '"by":"anna"', '"by":"anne"'), 'entry 2 was changed'],
    ['its hash', (line: string) => line.replace(/"hash":"."?/, '"hash":"g'), 'entry 2'],
    ['a blank', (line: string) => changed(line, '"seq":2', '"seq": 2'), 'entry 2 was changed'],
    ['a key twice', (line: string) => changed(line, '"seq":2', '"seq":2,"seq":2'), 'entry 2 was changed'],
    ['the order of keys', (line: string) => changed(line, '"seq":2,"at"', '"at"').replace('}', ',"seq":2}'), 'entry 2'],
    ['a brace', (line: string) => changed(line, '{', '['), 'entry 2 is no JSON'],
    ['its kind', (line: string) => changed(line, '"kind":"approved"', '"kind":"approvee"'), 'entry 2 does not match'],
    ['its time', (line: string) => line.replace(/"at":\d+/, '"at":1e300'), 'entry 2 does not match'],
  ])('%s of an entry', async (_, change, message) => {
    const text = await lines();
    const altered = text.map((line, index) => (index === 3 ? change(line) : line)).join('\n');
    expect(altered).not.toBe(text.join('\n'));
    expect(faultOf(altered)).toContain(message);
  });

  test('two entries that changed places, one that is missing, and one that is there twice', async () => {
    const [first = '', ...rest] = await lines();
    const of = (entries: string[]) => [first, ...entries].join('\n');
    expect(faultOf(of(rest.with(4, rest[5] ?? '').with(5, rest[4] ?? '')))).toContain('entry 4 has the number 5');
    expect(faultOf(of(rest.toSpliced(4, 1)))).toContain('entry 4 has the number 5');
    expect(faultOf(of(rest.toSpliced(4, 0, rest[4] ?? '')))).toContain('entry 5 has the number 4');
  });

  test('a whole document of another run, another schema, or none at all', async () => {
    const text = (await lines()).join('\n');
    expect(faultOf(text.replace('"run":"2026', '"run":"2027'))).toContain('entry 0 belongs to run 2026');
    expect(faultOf(text.replace('failover-evidence/1', 'failover/1'))).toContain('it says tidemark.failover/1');
    expect(faultOf('{}')).toContain('it is no tidemark.failover-evidence/1');
    expect(faultOf('')).toContain('neither JSON nor a page');
    expect(faultOf(Buffer.from([0x7b, 0x0a, 0xff]))).toContain('line 2 of the file is not UTF-8');
  });

  test('a page that says something else than its record, and a page of another layout', async () => {
    const page = renderEvidencePage(await completedRun());
    const said = faultOf(changed(page, 'RPO): at most 0 records', 'RPO): at most 9 records'));
    expect(said).toMatch(
      /^the evidence cannot be relied on: its record is whole, but the page .*: line \d+ of the file/,
    );
    const other = faultOf(changed(page, `layout" content="${PAGE_LAYOUT}"`, 'layout" content="999"'));
    expect(other).toContain('has the layout 999');
    expect(faultOf(changed(page, '&quot;by&quot;:&quot;anna&quot;', '&quot;by&quot;:&quot;anne&quot;'))).toContain(
      'entry 0 was changed',
    );
  });
});

describe('a chain without an anchor', () => {
  const cut = async () => {
    const { entries, record } = await completedRun();
    return { whole: entries, short: chained(record.run, entries.slice(0, -2)) };
  };

  test.each(Object.entries(RENDERERS))(
    'does not show that its last entries were removed: only the head does: %s',
    async (_, render) => {
      const { whole, short } = await cut();
      const head = whole.at(-1)?.hash ?? '';
      expect(faultOf(render(short))).toBeNull();
      expect(faultOf(render(short), head)).toContain('entries are missing at its end, or all of it was rewritten');
    },
  );

  test('says so if the run only went on after its head was kept', async () => {
    const { short } = await cut();
    const head = short.entries.at(-1)?.hash ?? '';
    expect(faultOf(renderEvidenceJson(await completedRun()), head)).toContain('and 2 entries follow it');
  });
});

describe.each(evidenceGoldens())('the recorded run $name', ({ json, page }) => {
  test('gives the page that it gave when it was recorded, and both are taken', () => {
    expect(pageOf(json)).toBe(readFileSync(page, 'utf8'));
    for (const file of [json, page]) expect(faultOf(readFileSync(file))).toBeNull();
  });
});
