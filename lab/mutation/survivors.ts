import { readFileSync } from 'node:fs';
import type { MutantResult } from '@stryker-mutator/api/core';

/** A change that no test notices. */
export interface Survivor {
  readonly file: string;
  readonly line: number;
  /** Which kind of change, and what became of what: one line, the same wherever the line moves to. */
  readonly text: string;
}

/** Survivors of one kind that are put up with. */
export interface AcceptedKind {
  readonly kind: string;
  readonly reason: string;
  /** By file, each as its `text` is. */
  readonly survivors: Readonly<Record<string, readonly string[]>>;
}

export function survivorOf(mutant: MutantResult, source: string): Survivor {
  const { fileName: file, location, mutatorName, replacement = '' } = mutant;
  const before = cut(source, location);
  return { file, line: location.start.line, text: `${mutatorName}: ${oneLine(before)} → ${oneLine(replacement)}` };
}

/** Those that the committed list does not have, each as often as it is there too often. */
export function unlisted(survivors: readonly Survivor[]): Survivor[] {
  const left = new Map<string, number>();
  for (const { survivors: files } of acceptedSurvivors()) {
    for (const [file, texts] of Object.entries(files)) {
      for (const text of texts) left.set(`${file} ${text}`, (left.get(`${file} ${text}`) ?? 0) + 1);
    }
  }
  return survivors.filter(({ file, text }) => {
    const count = left.get(`${file} ${text}`) ?? 0;
    left.set(`${file} ${text}`, count - 1);
    return count <= 0;
  });
}

function acceptedSurvivors(): readonly AcceptedKind[] {
  return JSON.parse(readFileSync(new URL('./accepted-survivors.json', import.meta.url), 'utf8')) as AcceptedKind[];
}

/** What stands at a location; lines and columns count from 1. */
function cut(source: string, { start, end }: MutantResult['location']): string {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  const last = lines.length - 1;
  return lines
    .map((line, i) => line.slice(i === 0 ? start.column - 1 : 0, i === last ? end.column - 1 : undefined))
    .join('\n');
}

function oneLine(text: string): string {
  const flat = text.replaceAll(/\s+/g, ' ').trim();
  return flat.length <= 120 ? flat : `${flat.slice(0, 117)}…`;
}
