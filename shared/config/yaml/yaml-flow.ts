import type { Flow, ReplicationPolicy } from '../../domain/model/flow.ts';
import { flowFromSettings, MM2_DEFAULTS } from '../mm2/mm2-flow.ts';
import { templatePolicy } from '../policy-template.ts';
import type { LoadContext, Settings } from '../setting.ts';
import type { FlowYaml } from './tidemark-yaml-schema.ts';

/** A flow without settings: MM2's own defaults in dedicated mode. */
export function defaultFlow(source: string, target: string, context: LoadContext): Flow {
  const silent: Settings = { file: '', get: () => undefined, keyFor: (name) => name };
  return flowFromSettings(
    {
      source,
      target,
      connector: silent,
      checkpointConnector: silent,
      sourceConsumer: silent,
      worker: silent,
      heartbeatsOnSource: { enabled: true, intervalMs: 1000 * MM2_DEFAULTS.emitHeartbeatsSeconds },
      defaultOffsetsTopic: `mm2-offsets.${source}.internal`,
    },
    context,
  );
}

/** A known flow, overridden by what tidemark.yaml sets. */
export function applyFlowYaml(base: Flow, yaml: FlowYaml): Flow {
  return {
    source: base.source,
    target: base.target,
    policy: policyFromYaml(base.policy, yaml.replicationPolicy),
    topics: yaml.topics ?? base.topics,
    topicsExclude: yaml.topicsExclude ?? base.topicsExclude,
    groups: yaml.groups ?? base.groups,
    groupsExclude: yaml.groupsExclude ?? base.groupsExclude,
    offsetSyncsLocation: yaml.offsetSyncsLocation ?? base.offsetSyncsLocation,
    emitOffsetSyncs: yaml.emitOffsetSyncs ?? base.emitOffsetSyncs,
    emitCheckpoints: switched(base.emitCheckpoints, yaml.emitCheckpoints),
    syncGroupOffsets: switched(base.syncGroupOffsets, yaml.syncGroupOffsets),
    emitHeartbeats: switched(base.emitHeartbeats, yaml.emitHeartbeats),
    heartbeatsReplication: yaml.heartbeatsReplication ?? base.heartbeatsReplication,
    offsetLagMax: yaml.offsetLagMax ?? base.offsetLagMax,
    offsetFlushIntervalMs: milliseconds(yaml.offsetFlushIntervalSeconds) ?? base.offsetFlushIntervalMs,
    refreshTopicsIntervalMs: refresh(yaml.refreshTopicsIntervalSeconds, base.refreshTopicsIntervalMs),
    refreshGroupsIntervalMs: refresh(yaml.refreshGroupsIntervalSeconds, base.refreshGroupsIntervalMs),
    isolationLevel: yaml.isolationLevel ?? base.isolationLevel,
    autoOffsetReset: yaml.autoOffsetReset ?? base.autoOffsetReset,
    exactlyOnce: yaml.exactlyOnce ?? base.exactlyOnce,
    connectOffsets:
      yaml.connectOffsets === undefined
        ? base.connectOffsets
        : yaml.connectOffsets && { cluster: yaml.connectOffsets.cluster ?? 'target', topic: yaml.connectOffsets.topic },
  };
}

function policyFromYaml(base: ReplicationPolicy, yaml: FlowYaml['replicationPolicy']): ReplicationPolicy {
  const separator = yaml?.separator ?? base.separator;
  const dotted = base.internalSeparator !== base.separator;
  const followsSeparator = yaml?.internalTopicSeparator ?? !dotted;
  const separators = { separator, internalSeparator: followsSeparator ? separator : '.' };
  const kind = yaml?.kind ?? base.kind;
  if (kind !== 'template') return { kind, ...separators };
  return { ...templatePolicy(yaml?.topic ?? '', yaml?.heartbeats), ...separators };
}

type Switched = { readonly enabled: boolean; readonly intervalMs: number };

function switched(base: Switched, yaml: FlowYaml['emitCheckpoints']): Switched {
  return {
    enabled: yaml?.enabled ?? base.enabled,
    intervalMs: milliseconds(yaml?.intervalSeconds) ?? base.intervalMs,
  };
}

export function milliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.round(seconds * 1000);
}

/** `null` means that MM2 never looks again. */
function refresh(seconds: number | null | undefined, base: number): number {
  return seconds === null ? Number.POSITIVE_INFINITY : (milliseconds(seconds) ?? base);
}
