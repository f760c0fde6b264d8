import { isUtf8 } from 'node:buffer';
import { Composer, type Document, isMap, isNode, isPair, isScalar, LineCounter, visit } from 'yaml';
import { MAX_YAML_ALIASES } from '../config-limits.ts';
import type { FaultCollector } from '../configuration-error.ts';
import { fileProblem } from '../connection/secret-source.ts';
import { readConfigFile } from '../read-file.ts';
import { YamlTooLargeError, yamlTokens } from '../yaml-tokens.ts';

export type YamlPath = readonly PropertyKey[];

/** A parsed YAML document that knows the line of each of its keys. */
export interface YamlDocument {
  readonly value: unknown;
  /** Line of the key (or list item) at a path; null if there is none. */
  lineOf(path: YamlPath): number | null;
}

/** The text of a YAML file; null, with a fault, if it cannot be read. */
export function readYamlText(file: string, faults: FaultCollector): string | null {
  try {
    const bytes = readConfigFile(file);
    if (isUtf8(bytes)) return bytes.toString('utf8');
    const remedy = 'save it as UTF-8; some shells write UTF-16 when they redirect to a file';
    faults.fault({ file, key: '', line: null, message: 'is not UTF-8 text', remedy });
  } catch (error) {
    faults.fault({ file, key: '', line: null, ...fileProblem(file, error) });
  }
  return null;
}

/**
 * Parses a YAML file into its documents. The collector gets syntax faults, without the text around them, which may hold
 * a secret. The list is then empty.
 */
export function parseYaml(file: string, text: string, faults: FaultCollector): readonly YamlDocument[] {
  const lines = new LineCounter();
  const fault = (message: string, remedy: string, line: number | null): void =>
    faults.fault({ file, key: '', line, message, remedy });
  let parsed: Document.Parsed[];
  try {
    // The code below checks for repeated keys: the parser would compare each key with every other.
    parsed = [
      ...new Composer({ prettyErrors: false, stringKeys: true, uniqueKeys: false }).compose(yamlTokens(text, lines)),
    ];
  } catch (error) {
    if (!(error instanceof YamlTooLargeError)) throw error;
    fault(error.message, 'no configuration is that large; name the configuration file itself', null);
    return [];
  }
  const errors = parsed.flatMap((document) => document.errors);
  for (const error of errors) {
    const remedy = 'correct the line; indent with blanks, and quote values that contain special characters';
    fault(`is not valid YAML: ${withoutText(error.message)}`, remedy, lines.linePos(error.pos[0]).line);
  }
  const repeated = parsed.flatMap(repeatedKeys);
  for (const offset of repeated) {
    fault('is not valid YAML: Map keys must be unique', 'remove one of the two', lines.linePos(offset).line);
  }
  if (errors.length > 0 || repeated.length > 0) return [];
  return parsed.flatMap((document) => {
    const value = plainValue(document);
    if (value === UNUSABLE) {
      fault(
        'repeats parts of itself by aliases too often, or uses an alias that does not exist',
        'write the repeated parts out',
        null,
      );
      return [];
    }
    const lineOf = (path: YamlPath): number | null => {
      const at = offsetOf(document, path);
      return at === null ? null : lines.linePos(at).line;
    };
    return [{ value, lineOf }];
  });
}

/** The parser's message up to where it quotes the file. */
function withoutText(message: string): string {
  const quote = message.search(/["']/);
  return (quote < 0 ? message : message.slice(0, quote)).trimEnd().replace(/:$/, '');
}

/** Offsets of keys that their map already has. */
function repeatedKeys(document: Document.Parsed): number[] {
  const repeated: number[] = [];
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) repeated.push(key.range?.[0] ?? 0);
        seen.add(key.value);
      }
    },
  });
  return repeated;
}

const UNUSABLE = Symbol('a value that cannot be built');

/** A few lines with aliases can produce a value of any size, or one that contains itself. */
function plainValue(document: Document.Parsed): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_YAML_ALIASES });
  } catch {
    return UNUSABLE;
  }
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
