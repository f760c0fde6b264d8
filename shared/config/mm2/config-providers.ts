import type { Environment, Problem, Resolved, SecretReference } from '../connection/secret-source.ts';
import { resolveReference } from '../connection/secret-source.ts';

const PROVIDERS = {
  'org.apache.kafka.common.config.provider.EnvVarConfigProvider': 'env',
  'org.apache.kafka.common.config.provider.FileConfigProvider': 'file',
  'org.apache.kafka.common.config.provider.DirectoryConfigProvider': 'directory',
} as const;

type ProviderKind = (typeof PROVIDERS)[keyof typeof PROVIDERS];

/** What `${name:…}` means where no `config.providers` entry says so. */
const BY_NAME: Readonly<Record<string, ProviderKind>> = {
  env: 'env',
  file: 'file',
  dir: 'directory',
  directory: 'directory',
};

/** A value with every `${provider:path:key}` replaced. */
export interface Expanded {
  readonly value: string;
  /** True when a reference was followed: the value came from elsewhere and is not for printing. */
  readonly referred: boolean;
  /** Provider names that were followed although the file does not declare them: MM2 takes these literally. */
  readonly undeclared: readonly string[];
}

/**
 * Expands the references of Kafka's `ConfigTransformer`: `${provider:key}` and `${provider:path:key}`, by the three
 * providers that come with Kafka (KIP-297, KIP-421, KIP-887). `get` looks up `config.providers…` settings.
 */
export function expandReferences(
  text: string,
  get: (name: string) => string | undefined,
  environment: Environment,
  base: string,
): Resolved<Expanded> {
  const declared = new Set((get('config.providers') ?? '').split(',').map((name) => name.trim()));
  const undeclared: string[] = [];
  let problem: Problem | null = null;
  let referred = false;
  const value = text.replace(
    /\$\{([^}]*?):(?:([^}]*?):)?([^}]*?)\}/g,
    (whole: string, name: string, path: string | undefined, key: string) => {
      const reference = referenceOf(name, path, key, declared.has(name) ? get(`config.providers.${name}.class`) : null);
      if (reference === null) return whole;
      if (reference.kind === 'problem') {
        problem ??= reference.problem;
        return whole;
      }
      if (!declared.has(name)) undeclared.push(name);
      const resolved = resolveReference(reference, environment, base);
      if (!resolved.ok) {
        problem ??= resolved.problem;
        return whole;
      }
      referred = true;
      return resolved.value;
    },
  );
  return problem === null ? { ok: true, value: { value, referred, undeclared } } : { ok: false, problem };
}

function referenceOf(
  name: string,
  path: string | undefined,
  key: string,
  className: string | undefined | null,
): SecretReference | { readonly kind: 'problem'; readonly problem: Problem } | null {
  const kind = className === null ? BY_NAME[name] : isProvider(className) ? PROVIDERS[className] : undefined;
  if (kind === undefined) {
    if (className === null) return null;
    const message = `config provider "${name}" (${className ?? 'no class given'}) is not one that Tidemark can run`;
    const remedy =
      'use EnvVarConfigProvider, FileConfigProvider or DirectoryConfigProvider, ' +
      'or set this connection in tidemark.yaml with { env: NAME } or { file: PATH }';
    return { kind: 'problem', problem: { message, remedy } };
  }
  if (kind === 'env') return { kind: 'env', name: key };
  if (path === undefined) {
    const message = `a reference to provider "${name}" names no path`;
    return { kind: 'problem', problem: { message, remedy: `write \${${name}:/path:key}` } };
  }
  return kind === 'file' ? { kind: 'properties-file', path, key } : { kind: 'file', path: `${path}/${key}` };
}

function isProvider(className: string | undefined): className is keyof typeof PROVIDERS {
  return className !== undefined && Object.hasOwn(PROVIDERS, className);
}
