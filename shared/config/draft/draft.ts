import type { Flow } from '../../domain/model/flow.ts';
import type { ClusterYaml, SecretYaml } from '../yaml/tidemark-yaml-schema.ts';

/** Something that a tidemark.yaml could not take over unchanged from another configuration, and what to do about it. */
export interface DraftNote {
  /** Key path in the original. */
  readonly key: string;
  readonly line: number | null;
  readonly message: string;
  /** What the draft lacks; absent if the draft can be used as it is. */
  readonly gap?: DraftGap | undefined;
}

/** A part of a cluster's connection that the original does not hold. */
export interface DraftGap {
  readonly alias: string;
  readonly part: 'bootstrapServers' | 'tls' | 'sasl';
  /** Where the draft expects it: the message says how to put it there. Null if the draft has a placeholder. */
  readonly reference: SecretYaml | null;
}

/** A tidemark.yaml made from another configuration. It is complete except for its secrets, which are references. */
export interface ConfigDraft {
  /** The file that the draft was made from. */
  readonly from: string;
  readonly clusters: ReadonlyMap<string, ClusterYaml>;
  readonly flows: readonly Flow[];
  readonly notes: readonly DraftNote[];
}

/** Name of the environment variable that a draft refers to: `EU_WEST_SASL_PASSWORD`. */
export function variableName(alias: string, what: string): string {
  return `${alias}_${what}`.toUpperCase().replace(/[^A-Z0-9]+/g, '_');
}

/**
 * The reference that the value already is: `${env:NAME}`, or a whole file through a directory provider. Null if it is
 * something else.
 */
export function asReference(written: string): SecretYaml | null {
  const env = /^\$\{env:([^:}]+)\}$/.exec(written)?.[1];
  if (env !== undefined) return { env };
  const directory = /^\$\{dir(?:ectory)?:([^:}]+):([^:}]+)\}$/.exec(written);
  return directory === null ? null : { file: `${directory[1]}/${directory[2]}` };
}
