import type { Flow } from '../../domain/model/flow.ts';
import type { DraftNote } from '../draft/draft.ts';
import { flowFromSettings, MM2_DEFAULTS, policyFromSettings } from '../mm2/mm2-flow.ts';
import { isClientName } from '../mm2/mm2-names.ts';
import type { LoadContext, Setting, Settings } from '../setting.ts';
import { SettingReader } from '../setting.ts';
import type { StrimziMirror } from './strimzi-resource.ts';
import { at, child, layered, settingsAt, textAt, valueAt } from './strimzi-resource.ts';

/**
 * Whether the operator (before v1) runs a heartbeat connector for a mirror. That connector writes on the mirror's
 * target.
 */
export function hasHeartbeats(mirror: StrimziMirror): boolean {
  const heartbeat = child(mirror.node, 'heartbeatConnector');
  return valueAt(heartbeat) !== undefined && textAt(child(heartbeat, 'config', 'emit.heartbeats.enabled')) !== 'false';
}

/**
 * The flow that Strimzi's operator makes of one mirror. Null if the mirror has no source connector. `heartbeats` is the
 * mirror into this one's source that writes heartbeats there: only those pass through the flow.
 */
export function strimziFlow(
  mirror: StrimziMirror,
  heartbeats: StrimziMirror | null,
  context: LoadContext,
  note: (note: DraftNote) => void,
): Flow | null {
  const source = child(mirror.node, 'sourceConnector');
  const checkpoint = child(mirror.node, 'checkpointConnector');
  if (valueAt(source) === undefined) {
    note({ ...at(mirror.node), message: 'a mirror without sourceConnector replicates nothing; it is left out' });
    return null;
  }
  const patterns = patternSettings(mirror);
  const connector = layered(patterns, settingsAt(child(source, 'config')));
  const checkpointed = valueAt(checkpoint) !== undefined;
  const checkpointConnector = checkpointed ? layered(patterns, settingsAt(child(checkpoint, 'config'))) : patterns;
  const flow = flowFromSettings(
    {
      source: mirror.source.alias,
      target: mirror.target.alias,
      connector,
      checkpointConnector,
      sourceConsumer: consumerSettings(settingsAt(child(source, 'config'))),
      worker: settingsAt(mirror.worker),
      heartbeatsOnSource: { enabled: heartbeats !== null, intervalMs: heartbeatInterval(heartbeats, context) },
      defaultOffsetsTopic: '',
    },
    context,
  );
  if (heartbeats === null) {
    note({
      ...at(mirror.node),
      message:
        'no heartbeats are written on its source, so none pass through this mirror; a heartbeatConnector of its own writes on ' +
        'the target and would only show that Connect runs',
    });
  }
  noteDifferences(mirror, context, note);
  noteOwnLogins(mirror, note);
  for (const [what, node] of [['source', source] as const, ['checkpoint', checkpoint] as const]) {
    const state = textAt(child(node, 'state')) ?? (textAt(child(node, 'pause')) === 'true' ? 'paused' : undefined);
    if (state !== undefined && state !== 'running') {
      note({ ...at(node), message: `the ${what} connector is ${state}: the audit will find the mirror stopped` });
    }
  }
  return {
    ...flow,
    emitCheckpoints: { ...flow.emitCheckpoints, enabled: checkpointed && flow.emitCheckpoints.enabled },
    connectOffsets: mirror.connectOffsets,
  };
}

function heartbeatInterval(mirror: StrimziMirror | null, context: LoadContext): number {
  if (mirror === null) return 1000 * MM2_DEFAULTS.emitHeartbeatsSeconds;
  const settings = settingsAt(child(mirror.node, 'heartbeatConnector', 'config'));
  const reader = new SettingReader(settings, context.faults);
  return 1000 * reader.integer('emit.heartbeats.interval.seconds', MM2_DEFAULTS.emitHeartbeatsSeconds, 0);
}

const PATTERNS: Readonly<Record<string, readonly string[]>> = {
  topics: ['topicsPattern'],
  'topics.exclude': ['topicsExcludePattern', 'topicsBlacklistPattern'],
  groups: ['groupsPattern'],
  'groups.exclude': ['groupsExcludePattern', 'groupsBlacklistPattern'],
};

/** The operator lets the mirror's patterns override the connectors' own configuration. */
function patternSettings({ node }: StrimziMirror): Settings {
  return {
    file: node.file,
    keyFor: (name) => at(child(node, PATTERNS[name]?.[0] ?? name)).key,
    get: (name): Setting | undefined => {
      for (const key of PATTERNS[name] ?? []) {
        const value = textAt(child(node, key));
        if (value !== undefined) return { value, ...at(child(node, key)), referred: false };
      }
      return undefined;
    },
  };
}

/** Like `MirrorConnectorConfig.sourceConsumerConfig`: `source.consumer.` overrides `consumer.`. */
function consumerSettings(config: Settings): Settings {
  const prefixed = (prefix: string): Settings => ({
    file: config.file,
    keyFor: (name) => config.keyFor(`${prefix}${name}`),
    get: (name) => config.get(`${prefix}${name}`),
  });
  return layered(prefixed('source.consumer.'), prefixed('consumer.'));
}

/** The operator writes the clusters' logins as `source.cluster.` and `target.cluster.`. These replace them. */
function noteOwnLogins(mirror: StrimziMirror, note: (note: DraftNote) => void): void {
  for (const connector of ['sourceConnector', 'checkpointConnector']) {
    const config = child(mirror.node, connector, 'config');
    for (const name of Object.keys(Object(valueAt(config)))) {
      const [, side, setting = ''] = /^(?:(source|target)\.)?admin\.(.+)$/.exec(name) ?? [];
      if (!isClientName(setting)) continue;
      const { alias } = side === 'target' ? mirror.target : mirror.source;
      note({
        ...at(child(config, name)),
        message: `replaces the login of cluster ${alias} for this connector, and is not used: if Tidemark needs it, set clusters.${alias} in tidemark.yaml`,
      });
    }
  }
}

/** Here each connector has its own configuration, and MM2 syncs nothing if the two disagree. */
function noteDifferences(mirror: StrimziMirror, context: LoadContext, note: (note: DraftNote) => void): void {
  const source = child(mirror.node, 'sourceConnector', 'config');
  const checkpoint = child(mirror.node, 'checkpointConnector');
  if (valueAt(checkpoint) === undefined) return;
  const config = child(checkpoint, 'config');
  const flow = `${mirror.source.alias}->${mirror.target.alias}`;
  const policies = [source, config].map((node) => JSON.stringify(policyFromSettings(settingsAt(node), flow, context)));
  if (policies[0] !== policies[1]) {
    note({
      ...at(config),
      message: 'its replication policy differs from the source connector’s: checkpoints name topics that do not exist',
    });
  }
  const name = 'offset-syncs.topic.location';
  const locations = [source, config].map((node) => textAt(child(node, name)) ?? 'source');
  if (locations[0] !== locations[1]) {
    note({
      ...at(config),
      message: `${name} is ${locations[1]} here and ${locations[0]} on the source connector: no checkpoint will ever be written`,
    });
  }
}
