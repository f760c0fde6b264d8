import { dirname } from 'node:path';
import { FaultCollector } from '../configuration-error.ts';
import { readMm2Flows } from '../mm2/mm2-properties.ts';
import type { ClusterYaml } from '../yaml/tidemark-yaml-schema.ts';
import type { ConfigDraft, DraftNote } from './draft.ts';
import { draftConnection } from './draft-connection.ts';

/**
 * The flows and clusters of an mm2.properties, without its secrets and without resolving references. So this machine
 * need not be able to read what they refer to. Throws one `ConfigurationError` with all faults except those of
 * connections.
 */
export function draftFromMm2Properties(file: string): ConfigDraft {
  const faults = new FaultCollector();
  const base = dirname(file);
  const read = readMm2Flows(file, { faults, environment: {}, base, unknownPolicy: () => 'draft' }, false);
  faults.throwIfAny();
  const notes: DraftNote[] = [];
  const clusters = new Map<string, ClusterYaml>();
  for (const alias of read?.aliases ?? []) {
    const settings = read?.layers.cluster(alias, read.flows);
    if (settings !== undefined)
      clusters.set(
        alias,
        draftConnection(alias, settings, base, (one) => notes.push(one)),
      );
  }
  return { from: file, clusters, flows: read?.flows ?? [], notes: [...notes, ...faults.warnings] };
}
