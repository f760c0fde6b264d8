import type { Flow } from '../../domain/model/flow.ts';
import { FaultCollector } from '../configuration-error.ts';
import type { ConfigDraft, DraftNote } from '../draft/draft.ts';
import type { ClusterYaml } from '../yaml/tidemark-yaml-schema.ts';
import { parseYaml, readYamlText } from '../yaml/yaml-document.ts';
import { strimziCluster } from './strimzi-cluster.ts';
import { hasHeartbeats, strimziFlow } from './strimzi-flow.ts';
import { readMirrors, type StrimziCluster } from './strimzi-resource.ts';

/** Whether a YAML text holds a Strimzi KafkaMirrorMaker2 resource. */
export function isStrimziMirrorMaker2(text: string): boolean {
  return /^[ \t]*kind:[ \t]*["']?KafkaMirrorMaker2["']?[ \t]*(#.*)?$/m.test(text);
}

/**
 * Reads Strimzi's KafkaMirrorMaker2 resources (`v1beta2`: clusters and connectCluster; `v1`: target and
 * mirrors[].source) as Strimzi's operator turns them into connectors. It cannot read Kubernetes Secrets: they become
 * references, each with a note. Throws one `ConfigurationError` with all faults.
 */
export function draftFromStrimzi(file: string): ConfigDraft {
  const faults = new FaultCollector();
  const text = readYamlText(file, faults) ?? '';
  faults.throwIfAny();
  const notes: DraftNote[] = [];
  const note = (one: DraftNote): void => {
    notes.push(one);
  };
  const clusters = new Map<string, ClusterYaml>();
  const flows: Flow[] = [];
  const mirrors = parseYaml(file, text, faults).flatMap((document) =>
    readMirrors({ file, document, path: [] }, faults),
  );
  for (const mirror of mirrors) {
    for (const cluster of [mirror.source, mirror.target]) addCluster(clusters, cluster, note);
    const heartbeats = mirrors.find((other) => other.target.alias === mirror.source.alias && hasHeartbeats(other));
    const flow = strimziFlow(mirror, heartbeats ?? null, { faults, environment: {}, base: '.' }, note);
    if (flow !== null) flows.push(flow);
  }
  if (!faults.failed && flows.length === 0) {
    faults.fault({
      file,
      key: 'spec.mirrors',
      line: null,
      message: 'this file has no KafkaMirrorMaker2 resource with a mirror',
      remedy: 'save the YAML of a KafkaMirrorMaker2: kubectl get kafkamirrormaker2 NAME -o yaml',
    });
  }
  faults.throwIfAny();
  for (const warning of faults.warnings) notes.push(warning);
  return { from: file, clusters, flows, notes };
}

function addCluster(clusters: Map<string, ClusterYaml>, cluster: StrimziCluster, note: (one: DraftNote) => void): void {
  if (!clusters.has(cluster.alias)) clusters.set(cluster.alias, strimziCluster(cluster, note));
}
