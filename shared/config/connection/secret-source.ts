import { isAbsolute, resolve } from 'node:path';
import { shellWord } from '../../domain/model/shell-word.ts';
import { MAX_FILE_BYTES } from '../config-limits.ts';
import { parseProperties } from '../mm2/properties.ts';
import { readConfigFile } from '../read-file.ts';
import { Secret } from './secret.ts';

/** Environment variables, passed as an argument so that every caller decides which. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where a value comes from if it is not in the configuration itself. */
export type SecretReference =
  | { readonly kind: 'env'; readonly name: string }
  /** The whole file, without the newline at its end. */
  | { readonly kind: 'file'; readonly path: string }
  /** One entry of a .properties file: Kafka's `FileConfigProvider`. */
  | { readonly kind: 'properties-file'; readonly path: string; readonly key: string };

export type Resolved<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

/** Why a reference yields no value, and what to do about it. Never holds the value. */
export interface Problem {
  readonly message: string;
  readonly remedy: string;
}

/** Resolves a reference to its text. Relative paths start at `base`. */
export function resolveReference(reference: SecretReference, environment: Environment, base: string): Resolved<string> {
  if (reference.kind === 'env') {
    const { name } = reference;
    // Ignore inherited properties: a variable may be called `constructor`.
    const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
    if (value === undefined || value === '') {
      return problem(
        `the environment variable ${name} is ${value === undefined ? 'not set' : 'empty'}`,
        `set it where Tidemark runs: export ${shellWord(name)}=…`,
      );
    }
    return { ok: true, value };
  }
  const { path } = reference;
  const bytes = readBytes(path, base);
  if (!bytes.ok) return bytes;
  if (reference.kind === 'file') return { ok: true, value: bytes.value.toString('utf8').replace(/\r?\n$/, '') };
  const entry = parseProperties(bytes.value).entries.get(reference.key);
  if (entry === undefined) {
    return problem(`${path} has no entry "${reference.key}"`, 'correct the name after the last colon of the reference');
  }
  return { ok: true, value: entry.value };
}

/** Like `resolveReference`, for what must never be printed. */
export function resolveSecret(reference: SecretReference, environment: Environment, base: string): Resolved<Secret> {
  const text = resolveReference(reference, environment, base);
  return text.ok ? { ok: true, value: new Secret(text.value) } : text;
}

/** Reads a file that a configuration names. Returns a problem that people understand instead of an errno. */
export function readBytes(path: string, base: string): Resolved<Buffer> {
  const absolute = isAbsolute(path) ? path : resolve(base, path);
  try {
    return { ok: true, value: readConfigFile(absolute) };
  } catch (error) {
    return { ok: false, problem: fileProblem(path, error) };
  }
}

export function fileProblem(path: string, error: unknown): Problem {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  switch (code) {
    case 'ENOENT':
      return { message: `there is no file ${path}`, remedy: 'correct the path, or create the file' };
    case 'EACCES':
    case 'EPERM':
      return {
        message: `no permission to read ${path}`,
        remedy: `give the user that runs Tidemark permission to read ${path}`,
      };
    case 'EISDIR':
      return { message: `${path} is a directory`, remedy: 'name a file' };
    case 'EFBIG':
      return {
        message: `${path} has more than ${MAX_FILE_BYTES / (1024 * 1024)} MiB; no configuration is that large`,
        remedy: 'name the configuration file itself',
      };
    default:
      return { message: `${path} could not be read (${code || 'unknown reason'})`, remedy: 'make the file readable' };
  }
}

function problem(message: string, remedy: string): { readonly ok: false; readonly problem: Problem } {
  return { ok: false, problem: { message, remedy } };
}
