import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEvidenceJson } from '../../../../shared/failover/evidence/evidence-json.ts';
import { renderEvidencePage } from '../../../../shared/failover/evidence/evidence-page.ts';

const FOLDER = join(import.meta.dirname, 'golden');

/** Evidence of runs that was written once, and the file with the page that it has to give. */
export function evidenceGoldens(): readonly { readonly name: string; readonly json: string; readonly page: string }[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => {
      const name = file.slice(0, -'.json'.length);
      return { name, json: join(FOLDER, file), page: join(FOLDER, `${name}.html`) };
    });
}

export function pageOf(json: string): string {
  return renderEvidencePage(readEvidenceJson(readFileSync(json, 'utf8')));
}
