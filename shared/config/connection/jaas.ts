/** One login module of a `sasl.jaas.config`. */
export interface JaasEntry {
  readonly loginModule: string;
  readonly options: ReadonlyMap<string, string>;
}

/** Why a JAAS text does not parse. Holds no part of the text, which may be a secret. */
export class JaasSyntaxError extends Error {}

type Token = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'sign'; readonly sign: string };

/**
 * Parses `sasl.jaas.config` like Kafka's `JaasConfig`, which uses a `java.io.StreamTokenizer`: `<module> <flag>
 * (<key>=<value>)*;`, with values bare or in either kind of quotes.
 */
export function parseJaas(text: string): JaasEntry[] {
  const tokens = [...tokenize(text)];
  const entries: JaasEntry[] = [];
  let at = 0;
  const next = (): Token | undefined => tokens[at++];
  while (at < tokens.length) {
    const module = next();
    if (module?.kind !== 'text') throw new JaasSyntaxError('it does not begin with the class of a login module');
    const flag = next();
    if (flag === undefined) throw new JaasSyntaxError('the control flag (required) is missing after the login module');
    if (flag.kind !== 'text' || !/^(required|requisite|sufficient|optional)$/i.test(flag.text)) {
      throw new JaasSyntaxError('what follows the login module is not a control flag (required)');
    }
    const options = new Map<string, string>();
    let token = next();
    while (token !== undefined && !(token.kind === 'sign' && token.sign === ';')) {
      const equals = next();
      const value = next();
      if (token.kind !== 'text') throw new JaasSyntaxError('an option has no name');
      if (equals?.kind !== 'sign' || equals.sign !== '=' || value?.kind !== 'text') {
        throw new JaasSyntaxError(
          `option ${options.size + 1} has no value; put values with special characters in double quotes`,
        );
      }
      options.set(token.text, value.text);
      token = next();
    }
    if (token === undefined) throw new JaasSyntaxError('the semicolon at its end is missing');
    entries.push({ loginModule: module.text, options });
  }
  if (entries.length === 0) throw new JaasSyntaxError('it is empty');
  return entries;
}

const isWord = (c: string): boolean => /[A-Za-z0-9._$-]/.test(c) || c.charCodeAt(0) >= 0xa0;

/** A StreamTokenizer returns no text for a number: `password=123` has no value for Kafka, so it has none here. */
const NUMBER = /-?(?:[0-9]+\.?[0-9]*|\.[0-9]*)/y;

function* tokenize(text: string): Generator<Token> {
  let i = 0;
  while (i < text.length) {
    const c = text.charAt(i);
    if (c.charCodeAt(0) <= 0x20) i++;
    else if (text.startsWith('//', i)) i = endOfLine(text, i);
    else if (text.startsWith('/*', i)) {
      const end = text.indexOf('*/', i + 2);
      i = end < 0 ? text.length : end + 2;
    }
    // By StreamTokenizer's default, a single slash starts a comment too.
    else if (c === '/') i = endOfLine(text, i);
    else if (c === '"' || c === "'") {
      const quoted = readQuoted(text, i);
      yield { kind: 'text', text: quoted.text };
      i = quoted.end;
    } else if (numberLength(text, i) > 0) {
      i += numberLength(text, i);
      yield { kind: 'sign', sign: 'number' };
    } else if (c !== '-' && isWord(c)) {
      const begin = i;
      while (i < text.length && isWord(text.charAt(i))) i++;
      yield { kind: 'text', text: text.slice(begin, i) };
    } else {
      yield { kind: 'sign', sign: c };
      i++;
    }
  }
}

function numberLength(text: string, from: number): number {
  NUMBER.lastIndex = from;
  return NUMBER.exec(text)?.[0].length ?? 0;
}

function endOfLine(text: string, from: number): number {
  const end = text.slice(from).search(/[\r\n]/);
  return end < 0 ? text.length : from + end;
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\x0b',
};

/** A quoted text ends at its quote, at the end of the line, or at the end of the text. */
function readQuoted(text: string, begin: number): { text: string; end: number } {
  const quote = text.charAt(begin);
  let out = '';
  let i = begin + 1;
  while (i < text.length) {
    const c = text.charAt(i);
    if (c === quote) return { text: out, end: i + 1 };
    if (c === '\n' || c === '\r') break;
    if (c !== '\\') {
      out += c;
      i++;
      continue;
    }
    const octal = /^(?:[0-3][0-7]{0,2}|[4-7][0-7]?)/.exec(text.slice(i + 1, i + 4))?.[0];
    if (octal !== undefined) {
      out += String.fromCharCode(Number.parseInt(octal, 8));
      i += 1 + octal.length;
    } else {
      const escaped = text.charAt(i + 1);
      out += ESCAPES[escaped] ?? escaped;
      i += 2;
    }
  }
  return { text: out, end: i };
}
