import type { Flow } from '../../domain/model/flow.ts';
import { flowName } from '../../domain/model/flow.ts';
import { closestName } from '../closest-name.ts';
import type { FaultCollector } from '../configuration-error.ts';
import type { Mm2Layers } from './mm2-layers.ts';
import { isClientName, MM2_NAMES, RENAMED, WORKER_NAMES } from './mm2-names.ts';
import type { Property } from './properties.ts';

/** Warns of entries that MM2 silently ignores although their author clearly expected an effect. */
export function warnOfIgnoredEntries(layers: Mm2Layers, aliases: readonly string[], faults: FaultCollector): void {
  const pairs = aliases.flatMap((s) => aliases.filter((t) => t !== s).map((t) => `${s}->${t}`));
  for (const property of layers.properties.entries.values()) {
    const message = whyIgnored(property, aliases, pairs) ?? whyUnused(property, layers, aliases);
    if (message !== null) faults.warn({ file: layers.file, key: property.key, line: property.line, message });
  }
}

/** MM2's consumer may have other credentials than its admin client. An audit has one connection for both. */
function whyUnused({ key }: Property, layers: Mm2Layers, aliases: readonly string[]): string | null {
  const alias = aliases.find((one) => key.startsWith(`${one}.consumer.`));
  const name = alias === undefined ? '' : key.slice(`${alias}.consumer.`.length);
  if (alias === undefined || !isClientName(name)) return null;
  const { entries } = layers.properties;
  const taken = [`${alias}.admin.${name}`, `${alias}.${name}`, name].find((one) => entries.has(one));
  if (taken === undefined || entries.get(taken)?.value === entries.get(key)?.value) return null;
  return `is not used: Tidemark has one connection per cluster, and takes ${taken}`;
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
    if (/^(source|target)\.(cluster|admin)\./.test(name)) {
      return 'is not used: Tidemark has one connection per cluster';
    }
    return renamed(name, `${pair}.`) ?? misspelled(name, pair);
  }
  const alias = aliases.find((a) => key.startsWith(`${a}.`));
  if (alias !== undefined) {
    const name = key.slice(alias.length + 1);
    return MM2_NAMES.has(name) && !/^(admin|consumer)\./.test(name)
      ? `is ignored: MirrorMaker reads it as ${name} or under a flow, ${pairs.find((p) => p.startsWith(alias)) ?? 'A->B'}.${name}`
      : null;
  }
  if (WORKER_NAMES.includes(key)) {
    return `is ignored at top level: MirrorMaker reads it under the target's alias, ${aliases[1] ?? 'B'}.${key}`;
  }
  if (/^(source\.|target\.)?(admin|consumer|producer)\./.test(key) && !MM2_NAMES.has(key)) {
    return `is ignored at top level: MirrorMaker reads it under an alias, ${aliases[0] ?? 'A'}.${key}`;
  }
  if (/^[^.]+->[^.]+$/.test(key)) return 'names a flow but no setting; write A->B.enabled=true';
  return renamed(key, '') ?? misspelled(key, null);
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
