import { DEFAULT_GROUPS_EXCLUDE, DEFAULT_TOPICS_EXCLUDE } from '../../domain/mirror/selection.ts';
import type { Flow, ReplicationPolicy } from '../../domain/model/flow.ts';
import { templatePolicy, UNKNOWN_TEMPLATE } from '../policy-template.ts';
import type { LoadContext, Setting, Settings } from '../setting.ts';
import { SettingReader, shown } from '../setting.ts';
import { patternProblems } from './flow-patterns.ts';

/** MM2's own defaults (Kafka 4.3). */
export const MM2_DEFAULTS = {
  topics: ['.*'],
  topicsExclude: DEFAULT_TOPICS_EXCLUDE,
  groups: ['.*'],
  groupsExclude: DEFAULT_GROUPS_EXCLUDE,
  emitCheckpointsSeconds: 60,
  syncGroupOffsetsSeconds: 60,
  emitHeartbeatsSeconds: 1,
  refreshSeconds: 600,
  offsetLagMax: 100,
  offsetFlushIntervalMs: 60_000,
} as const;

/** The settings of the parts of a flow. MM2 spreads them over connectors, consumer and Connect worker. */
export interface FlowSettings {
  readonly source: string;
  readonly target: string;
  /** `MirrorSourceConnector`. */
  readonly connector: Settings;
  /**
   * `MirrorCheckpointConnector`: the same as `connector` in dedicated mode, its own configuration in a Connect cluster.
   */
  readonly checkpointConnector: Settings;
  readonly sourceConsumer: Settings;
  readonly worker: Settings;
  /** Whether and how often a flow into the *source* writes heartbeats there. This flow then mirrors them. */
  readonly heartbeatsOnSource: { readonly enabled: boolean; readonly intervalMs: number };
  /** Connect's offset topic if no setting names it. */
  readonly defaultOffsetsTopic: string;
}

/** A flow from the settings, with MM2's own defaults for the rest. */
export function flowFromSettings(settings: FlowSettings, context: LoadContext): Flow {
  const connector = new SettingReader(settings.connector, context.faults);
  const checkpoint = new SettingReader(settings.checkpointConnector, context.faults);
  const consumer = new SettingReader(settings.sourceConsumer, context.faults);
  const worker = new SettingReader(settings.worker, context.faults);
  const seconds = (reader: SettingReader, name: string, byDefault: number): number =>
    1000 * reader.integer(`${name}.interval.seconds`, byDefault, 0);
  // If the refresh is disabled, MM2 never looks again.
  const refresh = (reader: SettingReader, name: string): number =>
    reader.boolean(`${name}.enabled`, true)
      ? seconds(reader, name, MM2_DEFAULTS.refreshSeconds)
      : Number.POSITIVE_INFINITY;
  const emitOffsetSyncs = connector.boolean('emit.offset-syncs.enabled', true);
  const offsetsTopic = settings.connector.get('offsets.storage.topic') ?? settings.worker.get('offset.storage.topic');
  const flow: Flow = {
    source: settings.source,
    target: settings.target,
    policy: policyFromSettings(settings.connector, `${settings.source}->${settings.target}`, context),
    topics: connector.list('topics', MM2_DEFAULTS.topics),
    topicsExclude: excluded(connector, 'topics', MM2_DEFAULTS.topicsExclude),
    groups: checkpoint.list('groups', MM2_DEFAULTS.groups),
    groupsExclude: excluded(checkpoint, 'groups', MM2_DEFAULTS.groupsExclude),
    offsetSyncsLocation: connector.oneOf('offset-syncs.topic.location', ['source', 'target'], 'source'),
    emitOffsetSyncs,
    emitCheckpoints: {
      enabled: checkpoint.boolean('emit.checkpoints.enabled', true),
      intervalMs: seconds(checkpoint, 'emit.checkpoints', MM2_DEFAULTS.emitCheckpointsSeconds),
    },
    syncGroupOffsets: {
      enabled: checkpoint.boolean('sync.group.offsets.enabled', false),
      intervalMs: seconds(checkpoint, 'sync.group.offsets', MM2_DEFAULTS.syncGroupOffsetsSeconds),
    },
    emitHeartbeats: settings.heartbeatsOnSource,
    heartbeatsReplication: connector.boolean('heartbeats.replication.enabled', true),
    offsetLagMax: connector.integer('offset.lag.max', MM2_DEFAULTS.offsetLagMax, 0),
    offsetFlushIntervalMs: worker.integer('offset.flush.interval.ms', MM2_DEFAULTS.offsetFlushIntervalMs, 1),
    refreshTopicsIntervalMs: refresh(connector, 'refresh.topics'),
    refreshGroupsIntervalMs: refresh(checkpoint, 'refresh.groups'),
    isolationLevel: consumer.oneOf('isolation.level', ['read_uncommitted', 'read_committed'], 'read_uncommitted'),
    autoOffsetReset: consumer.oneOf('auto.offset.reset', ['earliest', 'latest'], 'earliest'),
    exactlyOnce:
      worker.oneOf('exactly.once.source.support', ['disabled', 'preparing', 'enabled'], 'disabled') === 'enabled',
    connectOffsets: { cluster: 'target', topic: offsetsTopic?.value.trim() ?? settings.defaultOffsetsTopic },
  };
  for (const { list, message, remedy } of patternProblems(flow)) {
    const from = list.startsWith('topics') ? settings.connector : settings.checkpointConnector;
    const name = list.replace('Exclude', '.exclude');
    const setting = from.get(name);
    context.faults.fault({
      file: from.file,
      key: setting?.key ?? from.keyFor(name),
      line: setting?.line ?? null,
      message,
      remedy,
    });
  }
  return flow;
}

/** Kafka before 4.0 also reads the old name, but only if the new one is absent. */
function excluded(reader: SettingReader, what: 'topics' | 'groups', byDefault: readonly string[]): readonly string[] {
  return reader.list(`${what}.exclude`, reader.list(`${what}.blacklist`, byDefault));
}

const POLICIES: Readonly<Record<string, 'default' | 'identity'>> = {
  'org.apache.kafka.connect.mirror.DefaultReplicationPolicy': 'default',
  'org.apache.kafka.connect.mirror.IdentityReplicationPolicy': 'identity',
  // Strimzi's own name, from before Kafka had one (KIP-690).
  'io.strimzi.kafka.connect.mirror.IdentityReplicationPolicy': 'identity',
};

/** @param flow its name, as in `A->B` */
export function policyFromSettings(settings: Settings, flow: string, context: LoadContext): ReplicationPolicy {
  const reader = new SettingReader(settings, context.faults);
  const policyClass = settings.get('replication.policy.class');
  const kind = policyClass === undefined ? 'default' : POLICIES[policyClass.value.trim()];
  const separator = settings.get('replication.policy.separator');
  if (separator?.value === '' && kind === 'default') {
    context.faults.warn({
      file: settings.file,
      key: separator.key,
      line: separator.line,
      message: 'is empty, so not even MirrorMaker can derive the source of a topic from its name',
    });
  }
  const text = separator?.value ?? '.';
  const internal = reader.boolean('replication.policy.internal.topic.separator.enabled', true);
  const separators = { separator: text, internalSeparator: internal ? text : '.' };
  if (kind !== undefined || policyClass === undefined) return { kind: kind ?? 'default', ...separators };
  return { ...unknownPolicy(policyClass, settings.file, flow, context), ...separators };
}

function unknownPolicy(policyClass: Setting, file: string, flow: string, context: LoadContext) {
  const at = { file, key: policyClass.key, line: policyClass.line };
  const message = `Tidemark does not know how the policy ${shown(policyClass)} names topics`;
  switch (context.unknownPolicy?.(flow) ?? 'fault') {
    case 'described':
      break;
    case 'draft':
      context.faults.warn({
        ...at,
        message: `${message}: replace ${UNKNOWN_TEMPLATE}, for instance by "{source}-{topic}"`,
      });
      break;
    case 'fault': {
      const remedy =
        'say it in a tidemark.yaml that includes this file: replicationPolicy: { kind: template, topic: "{source}-{topic}" }, ' +
        'or kind: identity or default if the class names topics like one of them';
      context.faults.fault({ ...at, message, remedy });
    }
  }
  return templatePolicy(UNKNOWN_TEMPLATE, undefined);
}
