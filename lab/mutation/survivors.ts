import { readFileSync } from 'node:fs';
import type { MutantResult } from '@stryker-mutator/api/core';

/** A change to the code that no test notices. */
export interface Survivor {
  readonly file: string;
  readonly line: number;
  /** Mutator, original and replacement on one line; it stays the same when the code moves to another line. */
  readonly text: string;
}

/** Survivors that are accepted for one reason. */
interface AcceptedKind {
  readonly kind: string;
  readonly reason: string;
  /** Texts of survivors by file. */
  readonly survivors: Readonly<Record<string, readonly string[]>>;
}

export function survivorOf(mutant: MutantResult, source: string): Survivor {
  const { fileName: file, location, mutatorName, replacement = '' } = mutant;
  const original = textAt(source, location);
  return { file, line: location.start.line, text: `${mutatorName}: ${oneLine(original)} → ${oneLine(replacement)}` };
}

/** Survivors that the committed list does not contain, or contains fewer times. */
export function notAccepted(survivors: readonly Survivor[]): Survivor[] {
  const left = new Map<string, number>();
  for (const key of acceptedKeys()) left.set(key, (left.get(key) ?? 0) + 1);
  return survivors.filter((survivor) => {
    const count = left.get(keyOf(survivor)) ?? 0;
    left.set(keyOf(survivor), count - 1);
    return count <= 0;
  });
}

/** The entries of the committed list that name a survivor that no longer exists. */
export function outdated(survivors: readonly Survivor[]): readonly string[] {
  const present = new Set(survivors.map(keyOf));
  return acceptedKeys().filter((key) => !present.has(key));
}

function acceptedKeys(): string[] {
  const path = new URL('./accepted-survivors.json', import.meta.url);
  const kinds = JSON.parse(readFileSync(path, 'utf8')) as readonly AcceptedKind[];
  return kinds.flatMap(({ survivors }) =>
    Object.entries(survivors).flatMap(([file, texts]) => texts.map((text) => keyOf({ file, text }))),
  );
}

function keyOf({ file, text }: Pick<Survivor, 'file' | 'text'>): string {
  return `${file} ${text}`;
}

/** The source at a location; lines and columns count from 1. */
function textAt(source: string, { start, end }: MutantResult['location']): string {
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
