import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

/** The terms of the Apache License 2.0: most libraries have it, with different lines about its owner around. */
const APACHE_TERMS =
  /^( *Apache License\s+Version 2\.0[\s\S]*?any such warranty or additional liability\.)$(?:\s+END OF TERMS AND CONDITIONS)?/m;

/**
 * The licences of all libraries that a bundle has code of, which have to go with it. Equal texts are there once, and so are the
 * terms of the Apache License: some libraries that have it bring no text of it.
 */
export function thirdPartyNotices(root: string, metafile: Metafile): string {
  const folders = [...new Set(Object.keys(metafile.inputs).flatMap((file) => libraryFolder(file) ?? []))].sort();
  const namesByText = new Map<string, string[]>();
  const terms = new Map<string, string>();
  for (const folder of folders) {
    const manifest: unknown = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    const { name, version, license } = manifest as Record<'name' | 'version' | 'license', unknown>;
    const text = licenseText(join(root, folder)).replace(APACHE_TERMS, (_, found: string) => {
      terms.set(found.replace(/\s+/g, ' '), found);
      return '(The terms of the Apache License, Version 2.0, are at the end of this file.)';
    });
    namesByText.set(text, [...(namesByText.get(text) ?? []), `${name} ${version}, ${license}`]);
  }
  const parts = [...namesByText].map(([text, names]) => `${[...new Set(names)].join('\n')}\n\n${text}`);
  return `Tidemark contains code of these libraries.\n\n${[...parts, ...terms.values()].join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

/** The folder of the innermost library that a file is in, or null for a file of Tidemark. */
export function libraryFolder(file: string): string | null {
  return /^((?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? null;
}

function licenseText(folder: string): string {
  const names = readdirSync(folder).filter((name) => /^(licen[cs]e|notice|copying)([.-]|$)/i.test(name));
  return names.map((name) => readFileSync(join(folder, name), 'utf8').trim()).join('\n\n');
}
