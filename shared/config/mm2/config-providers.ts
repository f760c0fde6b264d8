import { MAX_REFERENCES, MAX_VALUE_LENGTH } from '../config-limits.ts';
import {
  type Environment,
  type Problem,
  type Resolved,
  resolveReference,
  type SecretReference,
} from '../connection/secret-source.ts';

const PROVIDERS = {
  'org.apache.kafka.common.config.provider.EnvVarConfigProvider': 'env',
  'org.apache.kafka.common.config.provider.FileConfigProvider': 'file',
  'org.apache.kafka.common.config.provider.DirectoryConfigProvider': 'directory',
} as const;

type ProviderKind = (typeof PROVIDERS)[keyof typeof PROVIDERS];

/** The meaning of `${name:…}` if no `config.providers` entry defines it. */
const BY_NAME: Readonly<Record<string, ProviderKind>> = {
  env: 'env',
  file: 'file',
  dir: 'directory',
  directory: 'directory',
};

/** A value with every `${provider:path:key}` replaced. */
export interface Expanded {
  readonly value: string;
  /** True if the value came from a reference. It must then not be printed. */
  readonly referred: boolean;
  /**
   * Names of providers that were used although the file does not declare them. MM2 takes these references literally.
   */
  readonly undeclared: readonly string[];
}

/**
 * Expands references like Kafka's `ConfigTransformer`: `${provider:key}` and `${provider:path:key}`, with the three
 * providers that come with Kafka (KIP-297, KIP-421, KIP-887). `get` looks up `config.providers…` settings.
 */
export function expandReferences(
  text: string,
  get: (name: string) => string | undefined,
  environment: Environment,
  base: string,
): Resolved<Expanded> {
  const declared = new Set((get('config.providers') ?? '').split(',').map((name) => name.trim()));
  const undeclared = new Set<string>();
  let referred = false;
  let value = '';
  let from = 0;
  let count = 0;
  for (const { begin, end, name, path, key } of references(text)) {
    const className = declared.has(name) ? get(`config.providers.${name}.class`) : null;
    const reference = referenceOf(name, path, key, className);
    if (reference === null) continue;
    if (reference.kind === 'problem') return { ok: false, problem: reference.problem };
    if (++count > MAX_REFERENCES) return { ok: false, problem: TOO_MANY };
    if (!declared.has(name)) undeclared.add(name);
    const resolved = resolveReference(reference, environment, base);
    if (!resolved.ok) return resolved;
    referred = true;
    value += text.slice(from, begin) + resolved.value;
    if (value.length > MAX_VALUE_LENGTH) return { ok: false, problem: TOO_LONG };
    from = end;
  }
  return { ok: true, value: { value: value + text.slice(from), referred, undeclared: [...undeclared] } };
}

interface WrittenReference {
  readonly begin: number;
  readonly end: number;
  readonly name: string;
  readonly path: string | undefined;
  readonly key: string;
}

/**
 * What `ConfigTransformer` treats as references: from `${` to the next closing brace, with one or two colons in
 * between. One pass from front to back, while its regular expression tries each start with each end.
 */
function* references(text: string): Generator<WrittenReference> {
  for (let begin = text.indexOf('${'); begin >= 0; ) {
    const close = text.indexOf('}', begin + 2);
    if (close < 0) return;
    const inner = text.slice(begin + 2, close);
    const first = inner.indexOf(':');
    if (first >= 0) {
      const second = inner.indexOf(':', first + 1);
      yield {
        begin,
        end: close + 1,
        name: inner.slice(0, first),
        path: second < 0 ? undefined : inner.slice(first + 1, second),
        key: inner.slice((second < 0 ? first : second) + 1),
      };
    }
    begin = text.indexOf('${', close + 1);
  }
}

const TOO_MANY: Problem = {
  message: `has more than ${MAX_REFERENCES} references`,
  remedy: 'put the values into one file, and refer to that',
};

const TOO_LONG: Problem = {
  message: `is longer than ${MAX_VALUE_LENGTH} characters after its references are expanded`,
  remedy: 'check what they refer to',
};

function referenceOf(
  name: string,
  path: string | undefined,
  key: string,
  className: string | undefined | null,
): SecretReference | { readonly kind: 'problem'; readonly problem: Problem } | null {
  const kind = className === null ? byName(name) : isProvider(className) ? PROVIDERS[className] : undefined;
  if (kind === undefined) {
    if (className === null) return null;
    const message = `Tidemark cannot run the config provider "${name}" (${className ?? 'no class given'})`;
    const remedy =
      'use EnvVarConfigProvider, FileConfigProvider or DirectoryConfigProvider, ' +
      'or set this connection in tidemark.yaml with { env: NAME } or { file: PATH }';
    return { kind: 'problem', problem: { message, remedy } };
  }
  if (kind === 'env') return { kind: 'env', name: key };
  if (path === undefined) {
    const message = `a reference to provider "${name}" has no path`;
    return { kind: 'problem', problem: { message, remedy: `write \${${name}:/path:key}` } };
  }
  return kind === 'file' ? { kind: 'properties-file', path, key } : { kind: 'file', path: `${path}/${key}` };
}

function byName(name: string): ProviderKind | undefined {
  return Object.hasOwn(BY_NAME, name) ? BY_NAME[name] : undefined;
}

function isProvider(className: string | undefined): className is keyof typeof PROVIDERS {
  return className !== undefined && Object.hasOwn(PROVIDERS, className);
}
