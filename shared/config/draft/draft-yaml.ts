import { DEFAULT_AUDIT_POLICY } from '../../domain/judge/audit-policy.ts';
import { type Flow, flowName } from '../../domain/model/flow.ts';
import { withoutHidden } from '../../domain/model/hidden-characters.ts';
import { fileName } from '../configuration-error.ts';
import { MM2_DEFAULTS } from '../mm2/mm2-flow.ts';
import type { ClusterYaml } from '../yaml/tidemark-yaml-schema.ts';
import { yamlText } from '../yaml-text.ts';
import type { ConfigDraft } from './draft.ts';

/**
 * A draft as the text of a tidemark.yaml. Values that differ from MM2's defaults are in effect; the rest are comments.
 */
export function renderDraft(draft: ConfigDraft): string {
  const lines = [`# Tidemark's configuration, made from ${withoutHidden(fileName(draft.from))} by \`tidemark init\`.`];
  lines.push('# docs/configuration.md describes every key. Lines that start with # show the defaults.');
  if (draft.notes.length > 0) {
    lines.push('#', '# These were not carried over unchanged; check each of them:');
    for (const note of draft.notes) {
      const at = note.line === null ? '' : ` (line ${note.line})`;
      lines.push(`#  - ${withoutHidden(`${note.key}${at}: ${note.message}`)}`);
    }
  }
  lines.push('', 'clusters:');
  for (const [alias, cluster] of draft.clusters) lines.push(...clusterLines(alias, cluster));
  lines.push('', 'flows:');
  for (const flow of draft.flows) lines.push(...flowLines(flow));
  lines.push('', ...policyLines());
  return `${lines.join('\n')}\n`;
}

function clusterLines(alias: string, cluster: ClusterYaml): string[] {
  return indented(yamlText(new Map([[alias, cluster]])), 2);
}

function flowLines(flow: Flow): string[] {
  const usual = MM2_DEFAULTS;
  const seconds = (ms: number): number | null => (Number.isFinite(ms) ? ms / 1000 : null);
  const switched = (one: { enabled: boolean; intervalMs: number }) => ({
    enabled: one.enabled,
    intervalSeconds: one.intervalMs / 1000,
  });
  const { policy } = flow;
  const keys: readonly (readonly [key: string, value: unknown, byDefault: unknown, meaning: string])[] = [
    [
      'replicationPolicy',
      {
        kind: policy.kind,
        ...(policy.kind === 'template' ? { topic: policy.topic } : {}),
        separator: policy.separator,
        internalTopicSeparator: policy.separator === policy.internalSeparator,
      },
      { kind: 'default', separator: '.', internalTopicSeparator: true },
      'how topics are named on the target',
    ],
    ['topics', flow.topics, usual.topics, 'names or Java regular expressions'],
    ['topicsExclude', flow.topicsExclude, usual.topicsExclude, 'wins over topics'],
    ['groups', flow.groups, usual.groups, 'names or Java regular expressions'],
    ['groupsExclude', flow.groupsExclude, usual.groupsExclude, 'wins over groups'],
    ['offsetSyncsLocation', flow.offsetSyncsLocation, 'source', 'cluster that holds the offset-syncs topic'],
    ['emitOffsetSyncs', flow.emitOffsetSyncs, true, 'without them no group can be translated'],
    ['emitCheckpoints', switched(flow.emitCheckpoints), on(usual.emitCheckpointsSeconds), ''],
    ['syncGroupOffsets', switched(flow.syncGroupOffsets), { ...on(usual.syncGroupOffsetsSeconds), enabled: false }, ''],
    [
      'emitHeartbeats',
      switched(flow.emitHeartbeats),
      on(usual.emitHeartbeatsSeconds),
      'on the source, for this flow to mirror',
    ],
    ['heartbeatsReplication', flow.heartbeatsReplication, true, 'heartbeats are mirrored regardless of topics'],
    ['offsetLagMax', flow.offsetLagMax, usual.offsetLagMax, 'records between two offset syncs'],
    ['offsetFlushIntervalSeconds', flow.offsetFlushIntervalMs / 1000, usual.offsetFlushIntervalMs / 1000, "Connect's"],
    ['refreshTopicsIntervalSeconds', seconds(flow.refreshTopicsIntervalMs), usual.refreshSeconds, 'null: never'],
    ['refreshGroupsIntervalSeconds', seconds(flow.refreshGroupsIntervalMs), usual.refreshSeconds, 'null: never'],
    ['isolationLevel', flow.isolationLevel, 'read_uncommitted', "of MM2's consumer"],
    ['autoOffsetReset', flow.autoOffsetReset, 'earliest', "of MM2's consumer"],
    ['exactlyOnce', flow.exactlyOnce, false, ''],
    [
      'connectOffsets',
      flow.connectOffsets,
      { cluster: 'target', topic: `mm2-offsets.${flow.source}.internal` },
      "where Connect stores MM2's positions",
    ],
  ];
  const lines = indented(yamlText({ flow: flowName(flow) }), 4);
  for (const [key, value, byDefault, meaning] of keys) {
    const same = JSON.stringify(value) === JSON.stringify(byDefault);
    const text = `${yamlText({ [key]: value }, 'flow')
      .trim()
      .replace(/^\{ (.*) \}$/s, '$1')}${meaning === '' ? '' : ` # ${meaning}`}`;
    lines.push(`    ${same ? '# ' : ''}${text}`);
  }
  return [`  - ${lines[0]?.trim() ?? ''}`, ...lines.slice(1)];
}

function on(intervalSeconds: number) {
  return { enabled: true, intervalSeconds };
}

function policyLines(): string[] {
  const by = DEFAULT_AUDIT_POLICY;
  return [
    '# policy:',
    `#   heartbeatStaleSeconds: ${by.heartbeatStaleMs / 1000} # a heartbeat older than this is a warning`,
    `#   mirrorStoppedSeconds: ${by.mirrorStoppedMs / 1000} # no heartbeat, or no write although records wait, for this long: critical`,
    `#   mirrorStalledSeconds: ${by.mirrorStalledMs / 1000} # age of the oldest waiting record while MirrorMaker is alive`,
    `#   maxLossRecords: ${by.maxLossRecords} # a failover now would lose more than this: critical`,
    `#   maxGroupReread: ${by.maxGroupReread} # a group reads more than this twice where MirrorMaker put it: a warning`,
    `#   probeBudget: ${by.probeBudget} # the most records that one audit may look at, per cluster`,
    '#   rules: # the last matching rule wins; see docs/configuration.md',
    '#     - { finding: GROUP_SYNC_OFF, severity: off }',
  ];
}

function indented(text: string, blanks: number): string[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `${' '.repeat(blanks)}${line}`);
}
