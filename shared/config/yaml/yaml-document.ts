import type { Document } from 'yaml';
import { isMap, isNode, isPair, isScalar, LineCounter, parseAllDocuments } from 'yaml';
import type { FaultCollector } from '../configuration-error.ts';

export type YamlPath = readonly PropertyKey[];

/** A parsed YAML document that knows the line of each of its keys. */
export interface YamlDocument {
  readonly value: unknown;
  /** Line of the key (or list item) at a path, null where there is none. */
  lineOf(path: YamlPath): number | null;
}

/**
 * Parses a YAML file into its documents. Syntax faults go to the collector, without the text around them, which may
 * hold a secret; then the list is empty.
 */
export function parseYaml(file: string, text: string, faults: FaultCollector): readonly YamlDocument[] {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const parsed = Array.isArray(documents) ? documents : [];
  const errors = parsed.flatMap((document) => document.errors);
  for (const error of errors) {
    faults.fault({
      file,
      key: '',
      line: lines.linePos(error.pos[0]).line,
      message: `is not valid YAML: ${error.message.replace(/:?\s*["'].*$/s, '')}`,
      remedy: 'correct the line; indentation is by blanks, and values with special characters want quotes',
    });
  }
  if (errors.length > 0) return [];
  return parsed.map((document) => ({
    value: document.toJS() as unknown,
    lineOf: (path) => {
      const at = offsetOf(document, path);
      return at === null ? null : lines.linePos(at).line;
    },
  }));
}

function offsetOf(document: Document.Parsed, path: YamlPath): number | null {
  const last = path.at(-1);
  const parent = path.length <= 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (last === undefined) return isNode(document.contents) ? (document.contents.range?.[0] ?? null) : null;
  if (isMap(parent)) {
    const pair = parent.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === last);
    return isNode(pair?.key) ? (pair.key.range?.[0] ?? null) : null;
  }
  const node = document.getIn(path, true);
  return isNode(node) ? (node.range?.[0] ?? null) : null;
}

/** `clusters.A.bootstrapServers`, `flows[0].topics`. */
export function pathName(path: YamlPath): string {
  return path.reduce<string>((name, part) => {
    if (typeof part === 'number') return `${name}[${part}]`;
    return name === '' ? String(part) : `${name}.${String(part)}`;
  }, '');
}
