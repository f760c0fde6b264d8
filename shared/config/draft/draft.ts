import type { Flow } from '../../domain/model/flow.ts';
import type { ClusterYaml, SecretYaml } from '../yaml/tidemark-yaml-schema.ts';

/** Something of another configuration that a tidemark.yaml could not take over as it was, and what to do about it. */
export interface DraftNote {
  /** Key path of the original. */
  readonly key: string;
  readonly line: number | null;
  readonly message: string;
}

/** A tidemark.yaml made from another configuration: complete but for its secrets, which are references. */
export interface ConfigDraft {
  /** The file it was made from. */
  readonly from: string;
  readonly clusters: ReadonlyMap<string, ClusterYaml>;
  readonly flows: readonly Flow[];
  readonly notes: readonly DraftNote[];
}

/** Name of the environment variable that a draft asks for: `EU_WEST_SASL_PASSWORD`. */
export function variableName(alias: string, what: string): string {
  return `${alias}_${what}`.toUpperCase().replace(/[^A-Z0-9]+/g, '_');
}

/**
 * The reference that a written value already is (`${env:NAME}`, or the whole of a file through a directory provider), or
 * null where it is something else.
 */
export function asReference(written: string): SecretYaml | null {
  const env = /^\$\{env:([^:}]+)\}$/.exec(written)?.[1];
  if (env !== undefined) return { env };
  const directory = /^\$\{dir(?:ectory)?:([^:}]+):([^:}]+)\}$/.exec(written);
  return directory === null ? null : { file: `${directory[1]}/${directory[2]}` };
}
