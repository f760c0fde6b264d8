const HIDDEN = '[secret]';
/** Shorter secrets are part of common words: a text that has one is hidden as a whole. */
const SHORTEST = 4;

/** Settings whose values are secret: `sasl.jaas.config`, `ssl.key.password`, `ssl.keystore.key`, `basic.auth.credentials` … */
const SECRET_NAME = /password|passwd|passphrase|secret|jaas|token|credential|api[._-]?key|\.key$/i;
/** `name="value"`, `name='value'`, `name=value` in a JAAS configuration. */
const OPTION = /(?<![\w.])([\w.]{1,60})\s{0,9}=\s{0,9}(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\s;"']+))/g;

/** What looks like a secret in any text, and what is left of it. */
const SHAPES: readonly (readonly [shape: RegExp, left: string])[] = [
  [/(LoginModule\s+(?:required|requisite|sufficient|optional)\b)[^;]*;?/gi, `$1 ${HIDDEN}`],
  [
    /((?:password|passwd|passphrase|secret|token|credentials?|api[._-]?key)["']?\s*[=:]\s*)(?:"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|[^\s,;)}\]]+)/gi,
    `$1${HIDDEN}`,
  ],
  [/(:\/\/)[^\s/@]+@/g, `$1${HIDDEN}@`],
  [/\b(Bearer|Basic)\s+[\w+/=.~-]{8,}/gi, `$1 ${HIDDEN}`],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----.*/gs, HIDDEN],
];

/** Characters of a text that shapes are looked for in; the rest is dropped. */
const LOOKED_AT = 2_000;

/** Secrets that are known by value, to take them and what looks like one out of texts that others wrote. */
export class KnownSecrets {
  readonly #known = new Set<string>();

  /** @param config settings by name, as `GET /connectors` of Kafka Connect shows them */
  add(config: Readonly<Record<string, unknown>>): void {
    for (const [name, value] of Object.entries(config)) {
      if (typeof value !== 'string' || !SECRET_NAME.test(name)) continue;
      this.learn(value);
      for (const [, option = '', ...values] of value.matchAll(OPTION)) {
        if (SECRET_NAME.test(option)) for (const one of values) this.learn(one ?? '');
      }
    }
  }

  /** The text without what is known, or looks like, a secret; cut to its first 2,000 characters. */
  hideIn(text: string): string {
    const longestFirst = [...this.#known].filter((secret) => text.includes(secret)).sort((a, b) => b.length - a.length);
    if (longestFirst.some((secret) => secret.length < SHORTEST)) return HIDDEN;
    const without = longestFirst.reduce((left, secret) => left.replaceAll(secret, HIDDEN), text);
    return SHAPES.reduce((left, [shape, kept]) => left.replace(shape, kept), without.slice(0, LOOKED_AT));
  }

  /** A text that is a secret whatever its name. */
  learn(value: string): void {
    // Switches such as `delegation.token.enabled` are no secrets.
    for (const secret of [value, value.trim(), value.replace(/\\(.)/g, '$1')]) {
      if (secret !== '' && secret !== 'true' && secret !== 'false') this.#known.add(secret);
    }
  }
}
