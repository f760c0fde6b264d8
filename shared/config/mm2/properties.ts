/** One entry of a .properties file. */
export interface Property {
  readonly key: string;
  readonly value: string;
  /** 1-based line on which the entry starts. */
  readonly line: number;
}

/** Something that makes `java.util.Properties` throw, or that it silently misreads. */
export interface PropertiesProblem {
  readonly kind: 'malformed-unicode' | 'duplicate' | 'not-latin1';
  readonly key: string;
  readonly line: number;
  readonly message: string;
}

export interface Properties {
  /** Entries in the order of the file. Of a repeated key, only the last one counts, as in Java. */
  readonly entries: ReadonlyMap<string, Property>;
  readonly problems: readonly PropertiesProblem[];
}

interface LogicalLine {
  readonly text: string;
  readonly line: number;
}

const isBlank = (c: string): boolean => c === ' ' || c === '\t' || c === '\f';
const isEnd = (c: string): boolean => c === '\n' || c === '\r';

/**
 * Parses a .properties file like `java.util.Properties.load(InputStream)`: ISO-8859-1, `\uXXXX`, continuation lines,
 * `=`, `:` or blanks as separators, `#` and `!` comments. Trailing blanks belong to the value, as in Java.
 */
export function parseProperties(bytes: Buffer): Properties {
  const entries = new Map<string, Property>();
  const problems: PropertiesProblem[] = [];
  for (const { text, line } of logicalLines(bytes.toString('latin1'))) {
    const [rawKey, rawValue] = split(text);
    const key = unescaped(rawKey);
    const value = unescaped(rawValue);
    if (key === null || value === null) {
      problems.push({
        kind: 'malformed-unicode',
        key: rawKey,
        line,
        message: 'a \\u escape needs four hexadecimal digits; Java rejects the whole file',
      });
      continue;
    }
    const earlier = entries.get(key);
    if (earlier !== undefined) {
      problems.push({
        kind: 'duplicate',
        key,
        line,
        message: `is also on line ${earlier.line}; only this last one counts`,
      });
      entries.delete(key);
    }
    if (/[\u0080-\u00ff]/.test(key + value)) {
      problems.push({
        kind: 'not-latin1',
        key,
        line,
        message:
          'has a non-ASCII character, but Java reads .properties files as ISO-8859-1: ' +
          'MirrorMaker sees other characters than a UTF-8 editor shows; write \\uXXXX instead',
      });
    }
    entries.set(key, { key, value, line });
  }
  return { entries, problems };
}

/** Like `Properties.LineReader`: joins continued lines, drops comments and empty lines. */
function* logicalLines(text: string): Generator<LogicalLine> {
  let buffer = '';
  let begin = 0;
  let line = 1;
  let skippingBlanks = true;
  let continued = false;
  let backslash = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i);
    const crlf = c === '\r' && text[i + 1] === '\n';
    const here = line;
    if (isEnd(c)) line++;
    if (skippingBlanks) {
      if (isBlank(c)) continue;
      if (!continued && isEnd(c)) {
        if (crlf) i++;
        continue;
      }
      skippingBlanks = false;
      continued = false;
    }
    if (buffer === '' && (c === '#' || c === '!')) {
      while (i + 1 < text.length && !isEnd(text.charAt(i + 1))) i++;
      skippingBlanks = true;
      continue;
    }
    if (!isEnd(c)) {
      if (buffer === '') begin = here;
      buffer += c;
      backslash = c === '\\' ? !backslash : false;
      continue;
    }
    skippingBlanks = true;
    if (buffer === '') {
      if (crlf) i++;
      continue;
    }
    // If the file ends right after a continued line, Java ends the entry there, even an empty one.
    const last = i + 1 === text.length;
    if (crlf) i++;
    if (backslash && !last) {
      buffer = buffer.slice(0, -1);
      continued = true;
    } else {
      yield { text: backslash ? buffer.slice(0, -1) : buffer, line: begin };
      buffer = '';
      continued = false;
    }
    backslash = false;
  }
  if (buffer !== '') yield { text: backslash ? buffer.slice(0, -1) : buffer, line: begin };
}

function split(text: string): [string, string] {
  let end = 0;
  let backslash = false;
  for (; end < text.length; end++) {
    const c = text.charAt(end);
    if (!backslash && (c === '=' || c === ':' || isBlank(c))) break;
    backslash = c === '\\' ? !backslash : false;
  }
  let start = end;
  let separated = false;
  for (; start < text.length; start++) {
    const c = text.charAt(start);
    if (isBlank(c)) continue;
    if (separated || (c !== '=' && c !== ':')) break;
    separated = true;
  }
  return [text.slice(0, end), text.slice(start)];
}

const ESCAPES: Readonly<Record<string, string>> = { t: '\t', r: '\r', n: '\n', f: '\f' };

function unescaped(raw: string): string | null {
  if (!raw.includes('\\')) return raw;
  let out = '';
  for (let i = 0; i < raw.length; i++) {
    const c = raw.charAt(i);
    if (c !== '\\') {
      out += c;
      continue;
    }
    const escaped = raw.charAt(++i);
    if (escaped !== 'u') {
      out += ESCAPES[escaped] ?? escaped;
      continue;
    }
    const digits = raw.slice(i + 1, i + 5);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) return null;
    out += String.fromCharCode(Number.parseInt(digits, 16));
    i += 4;
  }
  return out;
}
