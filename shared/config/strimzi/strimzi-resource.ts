import type { FaultCollector } from '../configuration-error.ts';
import type { Settings } from '../setting.ts';
import type { YamlDocument, YamlPath } from '../yaml/yaml-document.ts';
import { pathName } from '../yaml/yaml-document.ts';

/** A place in a YAML document. */
export interface StrimziNode {
  readonly file: string;
  readonly document: YamlDocument;
  readonly path: YamlPath;
}

export interface StrimziCluster {
  readonly alias: string;
  readonly node: StrimziNode;
  /** That of the resource, where its Secrets are; null if the resource does not say. */
  readonly namespace: string | null;
}

/** One mirror of a KafkaMirrorMaker2, in any API version. */
export interface StrimziMirror {
  readonly node: StrimziNode;
  readonly source: StrimziCluster;
  readonly target: StrimziCluster;
  /** Configuration of the Connect cluster that runs the connectors. */
  readonly worker: StrimziNode;
  /** Where that Connect cluster stores its offsets. */
  readonly connectOffsets: { readonly cluster: 'source' | 'target'; readonly topic: string } | null;
}

/** Strimzi's name for Connect's offset topic until v1, which requires one (`KafkaMirrorMaker2Cluster`). */
const DEFAULT_OFFSET_TOPIC = 'mirrormaker2-cluster-offsets';

export function child(node: StrimziNode, ...path: readonly PropertyKey[]): StrimziNode {
  return { ...node, path: [...node.path, ...path] };
}

/** The value at a node; undefined if there is none. */
export function valueAt(node: StrimziNode): unknown {
  let value: unknown = node.document.value;
  for (const part of node.path) {
    if (value === null || typeof value !== 'object') return undefined;
    value = Object.hasOwn(value, part) ? (value as Record<PropertyKey, unknown>)[part] : undefined;
  }
  return value;
}

export function textAt(node: StrimziNode): string | undefined {
  const value = valueAt(node);
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}

export function listAt(node: StrimziNode): readonly StrimziNode[] {
  const value = valueAt(node);
  return Array.isArray(value) ? value.map((_, i) => child(node, i)) : [];
}

export function at(node: StrimziNode): { readonly key: string; readonly line: number | null } {
  return { key: pathName(node.path), line: node.document.lineOf(node.path) };
}

/** A map of settings (`config:`), with the same interface as those of a properties file. */
export function settingsAt(node: StrimziNode): Settings {
  return {
    file: node.file,
    keyFor: (name) => pathName([...node.path, name]),
    get: (name) => {
      const value = textAt(child(node, name));
      return value === undefined ? undefined : { value, ...at(child(node, name)), referred: false };
    },
  };
}

/** For each name, the value from the first settings that have it. */
export function layered(...layers: readonly [Settings, ...Settings[]]): Settings {
  return {
    file: layers[0].file,
    keyFor: layers[0].keyFor,
    get: (name) => {
      for (const layer of layers) {
        const setting = layer.get(name);
        if (setting !== undefined) return setting;
      }
      return undefined;
    },
  };
}

/** All mirrors of a document, also of a list as `kubectl get` prints it; empty if it is another kind of resource. */
export function readMirrors(root: StrimziNode, faults: FaultCollector): readonly StrimziMirror[] {
  const kind = textAt(child(root, 'kind'));
  if (kind === 'List' || kind === 'KafkaMirrorMaker2List') {
    return listAt(child(root, 'items')).flatMap((item) => readMirrors(item, faults));
  }
  if (kind !== 'KafkaMirrorMaker2') return [];
  const resource = {
    spec: child(root, 'spec'),
    namespace: textAt(child(root, 'metadata', 'namespace')) ?? null,
    faults,
  };
  const mirrors = listAt(child(resource.spec, 'mirrors'));
  return valueAt(child(resource.spec, 'target')) === undefined
    ? mirrors.flatMap((mirror) => betaMirror(resource, mirror))
    : mirrors.flatMap((mirror) => mirrorOfV1(resource, mirror));
}

interface Resource {
  readonly spec: StrimziNode;
  readonly namespace: string | null;
  readonly faults: FaultCollector;
}

function mirrorOfV1(resource: Resource, node: StrimziNode): StrimziMirror[] {
  const target = clusterAt(child(resource.spec, 'target'), resource);
  const source = clusterAt(child(node, 'source'), resource);
  if (source === null || target === null) return [];
  const topic = textAt(child(target.node, 'offsetStorageTopic'));
  return [
    {
      node,
      source,
      target,
      worker: child(target.node, 'config'),
      connectOffsets: topic === undefined ? null : { cluster: 'target', topic },
    },
  ];
}

function betaMirror({ spec, namespace, faults }: Resource, node: StrimziNode): StrimziMirror[] {
  const clusters = listAt(child(spec, 'clusters'));
  const named = (name: StrimziNode): StrimziCluster | null => {
    const alias = textAt(name);
    const found = clusters.find((cluster) => textAt(child(cluster, 'alias')) === alias);
    if (alias !== undefined && found !== undefined) return { alias, node: found, namespace };
    faults.fault({
      file: node.file,
      ...at(name),
      message: alias === undefined ? 'is missing' : `"${alias}" is not a cluster of spec.clusters`,
      remedy: 'name the alias of an entry of spec.clusters',
    });
    return null;
  };
  const source = named(child(node, 'sourceCluster'));
  const target = named(child(node, 'targetCluster'));
  if (source === null || target === null) return [];
  const connect = textAt(child(spec, 'connectCluster')) ?? target.alias;
  const worker = clusters.find((cluster) => textAt(child(cluster, 'alias')) === connect) ?? target.node;
  const topic = textAt(child(worker, 'config', 'offset.storage.topic')) ?? DEFAULT_OFFSET_TOPIC;
  const side = connect === target.alias ? 'target' : connect === source.alias ? 'source' : null;
  return [
    {
      node,
      source,
      target,
      worker: child(worker, 'config'),
      connectOffsets: side === null ? null : { cluster: side, topic },
    },
  ];
}

function clusterAt(node: StrimziNode, { namespace, faults }: Resource): StrimziCluster | null {
  const alias = textAt(child(node, 'alias'));
  if (alias !== undefined) return { alias, node, namespace };
  faults.fault({
    file: node.file,
    key: pathName([...node.path, 'alias']),
    line: null,
    message: 'is missing',
    remedy: 'every cluster of a KafkaMirrorMaker2 has an alias',
  });
  return null;
}
