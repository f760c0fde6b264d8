import { type Flow, flowName } from '../../domain/model/flow.ts';
import { FaultCollector } from '../configuration-error.ts';
import type { ConfigDraft, DraftNote } from '../draft/draft.ts';
import type { LoadContext } from '../setting.ts';
import type { ClusterYaml } from '../yaml/tidemark-yaml-schema.ts';
import { parseYaml, readYamlText } from '../yaml/yaml-document.ts';
import { strimziCluster } from './strimzi-cluster.ts';
import { hasHeartbeats, strimziFlow } from './strimzi-flow.ts';
import { at, readMirrors, type StrimziCluster } from './strimzi-resource.ts';

/**
 * Strimzi's KafkaMirrorMaker2 resources (`v1beta2`: clusters and connectCluster; `v1`: target and mirrors[].source) as
 * Strimzi's operator turns them into connectors. Kubernetes Secrets become references, each with a note. Throws one
 * `ConfigurationError` with all faults.
 */
export function draftFromStrimzi(file: string): ConfigDraft {
  const faults = new FaultCollector();
  const draft = readStrimziDraft(file, faults, () => 'draft');
  faults.throwIfAny();
  return { ...draft, notes: [...draft.notes, ...faults.warnings] };
}

/** Like `draftFromStrimzi`, but leaves faults and warnings in the collector. */
export function readStrimziDraft(
  file: string,
  faults: FaultCollector,
  unknownPolicy: LoadContext['unknownPolicy'],
): ConfigDraft {
  const text = readYamlText(file, faults);
  const notes: DraftNote[] = [];
  const note = (one: DraftNote): void => {
    notes.push(one);
  };
  const clusters = new Map<string, ClusterYaml>();
  const flows: Flow[] = [];
  const documents = text === null ? [] : parseYaml(file, text, faults);
  const mirrors = documents.flatMap((document) => readMirrors({ file, document, path: [] }, faults));
  for (const mirror of mirrors) {
    for (const cluster of [mirror.source, mirror.target]) addCluster(clusters, cluster, faults, note);
    const heartbeats = mirrors.find((other) => other.target.alias === mirror.source.alias && hasHeartbeats(other));
    const flow = strimziFlow(mirror, heartbeats ?? null, { faults, environment: {}, base: '.', unknownPolicy }, note);
    if (flow === null) continue;
    if (flows.some((other) => flowName(other) === flowName(flow))) {
      const remedy = 'save one resource at a time';
      faults.fault({ file, ...at(mirror.node), message: `${flowName(flow)} is in this file twice`, remedy });
    } else flows.push(flow);
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
  return { from: file, clusters, flows, notes };
}

/** Of a cluster that several resources describe, the first login counts. */
function addCluster(
  clusters: Map<string, ClusterYaml>,
  cluster: StrimziCluster,
  faults: FaultCollector,
  note: (one: DraftNote) => void,
): void {
  const { alias, node } = cluster;
  const known = clusters.get(alias);
  if (known === undefined) {
    clusters.set(alias, strimziCluster(cluster, note));
    return;
  }
  const again = strimziCluster(cluster, () => undefined);
  if (String(again.bootstrapServers) === String(known.bootstrapServers)) return;
  faults.fault({
    file: node.file,
    ...at(node),
    message: `cluster ${alias} has other bootstrap servers here than in another place of this file`,
    remedy: 'save one resource at a time',
  });
}
