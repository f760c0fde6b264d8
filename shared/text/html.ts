import { visible } from '../domain/model/hidden-characters.ts';

/** Text that is HTML. Only `html` and `verbatim` make it, so that no name gets into a page unescaped. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type HtmlValue = Html | readonly Html[] | string | number | bigint | null;

/**
 * HTML with values in it. Strings are escaped, for text and for attributes in quotes, and their hidden characters are
 * written out: names come from clusters. Null is nothing.
 */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  const parts = values.map((value, index) => `${textOf(value)}${strings[index + 1] ?? ''}`);
  return new Html(`${strings[0] ?? ''}${parts.join('')}`);
}

/** A text of Tidemark's own, whose line breaks are meant. */
export function verbatim(text: string): Html {
  return new Html(escaped(text));
}

function textOf(value: HtmlValue): string {
  if (value === null) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'string') return escaped(visible(value));
  if (typeof value === 'object') return value.map(({ text }) => text).join('');
  return String(value);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}
