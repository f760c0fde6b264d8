import { type CST, Lexer, type LineCounter, Parser } from 'yaml';
import { MAX_DEPTH, MAX_YAML_DOCUMENTS, MAX_YAML_PARTS } from './config-limits.ts';

/** A YAML text with more content than any configuration. Holds nothing of the text. */
export class YamlTooLargeError extends Error {
  override readonly name = 'YamlTooLargeError';
}

/**
 * The tokens of a YAML text. Counts them before anything is built from them, because the composer takes time and memory
 * for each and recurses into nested ones.
 *
 * @throws YamlTooLargeError
 */
export function* yamlTokens(text: string, lines: LineCounter): Generator<CST.Token> {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  let parts = 0;
  let documents = 0;
  const checked = (token: CST.Token): CST.Token => {
    if (token.type === 'document' && ++documents > MAX_YAML_DOCUMENTS) {
      throw new YamlTooLargeError(`has more than ${MAX_YAML_DOCUMENTS} documents`);
    }
    checkDepth(token);
    return token;
  };
  for (const part of new Lexer().lex(text)) {
    if (++parts > MAX_YAML_PARTS)
      throw new YamlTooLargeError(`has more than ${MAX_YAML_PARTS} names, punctuation marks and blanks`);
    for (const token of parser.next(part)) yield checked(token);
  }
  for (const token of parser.end()) yield checked(token);
}

/** Walks level by level, without recursion: a text may nest as deep as it is long. */
function checkDepth(root: CST.Token): void {
  let level: CST.Token[] = [root];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) throw new YamlTooLargeError(`nests more than ${MAX_DEPTH} levels deep`);
    level = level.flatMap(inside);
  }
}

function inside(token: CST.Token): CST.Token[] {
  if (token.type === 'document') return token.value === undefined ? [] : [token.value];
  if (!('items' in token)) return [];
  return token.items.flatMap(({ key, value }) => [key, value]).filter((inner) => inner != null);
}
