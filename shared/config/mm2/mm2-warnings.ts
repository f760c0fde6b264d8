import type { Flow } from '../../domain/model/flow.ts';
import { flowName } from '../../domain/model/flow.ts';
import { closestName } from '../closest-name.ts';
import type { FaultCollector } from '../configuration-error.ts';
import type { Mm2Layers } from './mm2-layers.ts';
import { isClientName, MM2_NAMES, RENAMED, WORKER_NAMES } from './mm2-names.ts';
import type { Property } from './properties.ts';

/** Warns of entries that MM2 silently ignores although their author clearly expected an effect. */
export function warnOfIgnoredEntries(
  layers: Mm2Layers,
  aliases: readonly string[],
  flows: readonly Flow[],
  faults: FaultCollector,
): void {
  const pairs = aliases.flatMap((s) => aliases.filter((t) => t !== s).map((t) => `${s}->${t}`));
  for (const property of layers.properties.entries.values()) {
    const message = whyIgnored(property, aliases, pairs) ?? whyUnused(property, layers, aliases, flows);
    if (message !== null) faults.warn({ file: layers.file, key: property.key, line: property.line, message });
  }
}

/** MM2's clients of one cluster may each have a login of their own. An audit has one connection for all. */
function whyUnused(
  { key }: Property,
  layers: Mm2Layers,
  aliases: readonly string[],
  flows: readonly Flow[],
): string | null {
  const written = clientSetting(key, aliases);
  if (written === null || !isClientName(written.name)) return null;
  const { pair, clusters, name } = written;
  if (pair !== null && !flows.some((flow) => flowName(flow) === pair)) return `is not used: ${pair} is not enabled`;
  const taken = clusters.map((alias) => layers.clusterKey(alias, flows, name)).filter((one) => one !== undefined);
  const { entries } = layers.properties;
  const [other] = taken;
  if (other === undefined || taken.some((one) => entries.get(one)?.value === entries.get(key)?.value)) return null;
  return `is not used: Tidemark has one connection per cluster, and takes ${other}`;
}

/** The setting of a client in a key such as `A.consumer.NAME`, `A->B.source.admin.NAME` or `A->B.admin.NAME`. */
function clientSetting(key: string, aliases: readonly string[]) {
  const consumer = aliases.find((one) => key.startsWith(`${one}.consumer.`));
  if (consumer !== undefined) {
    return { pair: null, clusters: [consumer], name: key.slice(`${consumer}.consumer.`.length) };
  }
  for (const source of aliases) {
    for (const target of aliases) {
      const pair = `${source}->${target}`;
      if (source === target || !key.startsWith(`${pair}.`)) continue;
      const [, side, name] =
        /^(?:(source|target)\.(?:admin|cluster)|admin)\.(.+)$/.exec(key.slice(pair.length + 1)) ?? [];
      if (name === undefined) return null;
      return { pair, clusters: side === 'source' ? [source] : side === 'target' ? [target] : [source, target], name };
    }
  }
  return null;
}

function whyIgnored({ key }: Property, aliases: readonly string[], pairs: readonly string[]): string | null {
  const arrow = /^(.+?)->(.+?)\.(.+)$/.exec(key);
  if (arrow !== null) {
    const pair = pairs.find((p) => key.startsWith(`${p}.`));
    if (pair === undefined) {
      const near = closestName(`${arrow[1]}->${arrow[2]}`, pairs);
      return `does not name two of the clusters (${aliases.join(', ')})${near === null ? '' : `; did you mean ${near}?`}`;
    }
    const name = key.slice(pair.length + 1);
    if (WORKER_NAMES.includes(name)) {
      return `is ignored: MirrorMaker reads it only under the target's alias, as ${pair.split('->')[1]}.${name}`;
    }
    return renamed(name, `${pair}.`) ?? misspelled(name, pair);
  }
  const alias = aliases.find((a) => key.startsWith(`${a}.`));
  if (alias !== undefined) {
    const name = key.slice(alias.length + 1);
    if (isOfOneSide(name)) return `is ignored: MirrorMaker reads it under a flow, ${flowOf(alias, pairs)}.${name}`;
    return MM2_NAMES.has(name) && !/^(admin|consumer)\./.test(name)
      ? `is ignored: MirrorMaker reads it as ${name} or under a flow, ${flowOf(alias, pairs)}.${name}`
      : null;
  }
  if (WORKER_NAMES.includes(key)) {
    return `is ignored at top level: MirrorMaker reads it under the target's alias, ${aliases[1] ?? 'B'}.${key}`;
  }
  if (isOfOneSide(key))
    return `is ignored at top level: MirrorMaker reads it under a flow, ${pairs[0] ?? 'A->B'}.${key}`;
  if (/^(admin|consumer|producer)\./.test(key) && !MM2_NAMES.has(key)) {
    return `is ignored at top level: MirrorMaker reads it under an alias, ${aliases[0] ?? 'A'}.${key}`;
  }
  if (/^[^.]+->[^.]+$/.test(key)) return 'names a flow but no setting; write A->B.enabled=true';
  return renamed(key, '') ?? misspelled(key, null);
}

/** The name of a setting for the clients of a flow's source or target. */
function isOfOneSide(name: string): boolean {
  const [, client, setting = ''] = /^(?:source|target)\.(admin|consumer|producer|cluster)\.(.+)$/.exec(name) ?? [];
  return client !== undefined && (client !== 'cluster' || isClientName(setting));
}

function flowOf(alias: string, pairs: readonly string[]): string {
  return pairs.find((pair) => pair.startsWith(`${alias}->`)) ?? 'A->B';
}

function renamed(name: string, prefix: string): string | null {
  const now = RENAMED.get(name);
  return now === undefined ? null : `is read only by Kafka 3.x; 4.0 and later ignore it; write ${prefix}${now}`;
}

function misspelled(name: string, pair: string | null): string | null {
  if (MM2_NAMES.has(name) || isClientName(name) || RENAMED.has(name)) return null;
  const near = closestName(name, MM2_NAMES, 2);
  if (near === null) return null;
  return `is not a MirrorMaker setting, so MirrorMaker ignores it; did you mean ${pair === null ? '' : `${pair}.`}${near}?`;
}

/** Warns of combinations of settings with which MM2 does less than each setting promises. */
export function warnOfContradictions(layers: Mm2Layers, flow: Flow, faults: FaultCollector): void {
  const settings = layers.flow(flow.source, flow.target);
  const warn = (name: string, message: string): void => {
    const setting = settings.get(name);
    faults.warn({
      file: layers.file,
      key: setting?.key ?? settings.keyFor(name),
      line: setting?.line ?? null,
      message: `${flowName(flow)}: ${message}`,
    });
  };
  if (!flow.emitOffsetSyncs && flow.emitCheckpoints.enabled) {
    warn(
      'emit.offset-syncs.enabled',
      'without offset syncs, MirrorMaker refuses its checkpoint connector; set emit.checkpoints.enabled=false as well',
    );
  }
  if (!flow.emitOffsetSyncs && settings.get('offset-syncs.topic.location') !== undefined) {
    warn(
      'emit.offset-syncs.enabled',
      'while any offset-syncs.topic setting is present, MirrorMaker refuses its source connector and mirrors nothing',
    );
  }
  if (flow.syncGroupOffsets.enabled && !flow.emitCheckpoints.enabled) {
    warn('sync.group.offsets.enabled', 'has no effect while emit.checkpoints.enabled=false');
  }
  for (const name of ['topic.filter.class', 'group.filter.class']) {
    const filter = settings.get(name);
    if (
      filter !== undefined &&
      !/^org\.apache\.kafka\.connect\.mirror\.Default(Topic|Group)Filter$/.test(filter.value)
    ) {
      const what = name.startsWith('topic') ? 'topics and topics.exclude' : 'groups and groups.exclude';
      warn(
        name,
        `Tidemark cannot run this class and uses ${what} instead; it may expect more than MirrorMaker mirrors`,
      );
    }
  }
}
