import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FaultCollector } from '../../../../shared/config/configuration-error.ts';
import type { Mm2Layers } from '../../../../shared/config/mm2/mm2-layers.ts';
import { readMm2Flows } from '../../../../shared/config/mm2/mm2-properties.ts';
import {
  checkpointsTopic,
  offsetSyncsTopic,
  remoteTopic,
} from '../../../../shared/domain/mirror/replication-policy.ts';
import type { Flow } from '../../../../shared/domain/model/flow.ts';
import { flowName } from '../../../../shared/domain/model/flow.ts';
import type { KafkaOracle } from '../kafka-oracle.ts';
import { compileOracle } from '../kafka-oracle.ts';

const JAAS = 'org.apache.kafka.common.security.plain.PlainLoginModule required username="u" password="p";';

let oracle: KafkaOracle;
let folder: string;
beforeAll(async () => {
  oracle = await compileOracle('Mm2Oracle.java');
  folder = mkdtempSync(join(tmpdir(), 'tidemark-mm2-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('an mm2.properties', () => {
  test('400 combinations of prefixes and settings mean what they mean to MirrorMaker itself', () => {
    const files = fc.sample(anyFile, { numRuns: 400, seed: 5 }).map((lines, i) => {
      const path = join(folder, `${i}.properties`);
      writeFileSync(path, `${lines.join('\n')}\n`);
      return path;
    });
    const answers = oracle.ask('org.apache.kafka.connect.mirror.Mm2Oracle', files);
    let flows = 0;
    for (const [i, file] of files.entries()) {
      const theirs = JSON.parse(answers[i] ?? '') as { flows: Record<string, unknown> };
      expect({ file, flows: ours(file) }).toEqual({ file, flows: theirs.flows });
      flows += Object.keys(theirs.flows).length;
    }
    expect(flows).toBeGreaterThan(200);
  });
});

/** A setting under one of the prefixes that could carry it, most of which MM2 ignores. */
const anyLine = fc
  .tuple(
    fc.constantFrom('', '', 'A.', 'B.', 'A->B.', 'A->B.', 'B->A.', 'C->A.'),
    fc.constantFrom(
      ...['', '', '', '', '', 'consumer.', 'source.consumer.', 'admin.'],
      ...['source.admin.', 'target.admin.', 'source.cluster.', 'target.cluster.'],
    ),
    fc.constantFrom(
      ...['topics=a, b.*', 'topics=c', 'topics.exclude=x', 'topics.exclude=', 'groups=g1,g2', 'groups.exclude=y'],
      ...['enabled=true', 'enabled=TRUE', 'enabled=false', 'emit.heartbeats.enabled=false'],
      ...['replication.policy.class=org.apache.kafka.connect.mirror.IdentityReplicationPolicy'],
      ...['replication.policy.separator=_', 'replication.policy.internal.topic.separator.enabled=false'],
      ...['offset-syncs.topic.location=target', 'emit.offset-syncs.enabled=false', 'offset.lag.max=7'],
      ...['emit.checkpoints.enabled=false', 'emit.checkpoints.interval.seconds=5', 'sync.group.offsets.enabled=true'],
      ...['sync.group.offsets.interval.seconds=9', 'refresh.topics.enabled=false', 'refresh.topics.interval.seconds=3'],
      ...[
        'refresh.groups.interval.seconds=4',
        'heartbeats.replication.enabled=false',
        'isolation.level=read_committed',
      ],
      ...['auto.offset.reset=latest', 'offset.flush.interval.ms=2000', 'exactly.once.source.support=enabled'],
      ...['offset.storage.topic=o1', 'offset.storage.topic=o2', 'bootstrap.servers=h:1', 'bootstrap.servers=i:2'],
      ...['security.protocol=SASL_PLAINTEXT', 'sasl.mechanism=PLAIN', `sasl.jaas.config=${JAAS}`],
    ),
  )
  .map(([prefix, client, setting]) => `${prefix}${client}${setting}`);

const anyFile = fc
  .tuple(fc.array(anyLine, { minLength: 1, maxLength: 25 }), fc.constantFrom('A, B', 'A,B,C'), fc.boolean())
  .map(([lines, clusters, enabled]) => [
    `clusters=${clusters}`,
    // Or every file costs MM2 a scan of its class path.
    'plugin.discovery=service_load',
    ...['A', 'B', 'C'].map((alias) => `${alias}.bootstrap.servers=${alias}:9092`),
    ...(enabled ? ['A->B.enabled=true'] : []),
    ...lines,
  ]);

function ours(file: string): Record<string, unknown> {
  const faults = new FaultCollector();
  const read = readMm2Flows(file, { faults, environment: {}, base: folder });
  try {
    faults.throwIfAny();
  } catch (error) {
    // MM2 starts without a flow that mirrors; an audit of nothing is a fault.
    expect(error).toMatchObject({ faults: [{ message: expect.stringContaining('no flow is enabled') }] });
  }
  return Object.fromEntries((read?.flows ?? []).map((flow) => [flowName(flow), describeFlow(flow, read?.layers)]));
}

function describeFlow(flow: Flow, layers: Mm2Layers | undefined): object {
  const { policy, source, target } = flow;
  return {
    topics: flow.topics,
    topicsExclude: flow.topicsExclude,
    groups: flow.groups,
    groupsExclude: flow.groupsExclude,
    remoteTopic: remoteTopic(policy, source, 't'),
    checkpointsTopic: checkpointsTopic(policy, source),
    offsetSyncsTopic: offsetSyncsTopic(policy, flow.offsetSyncsLocation === 'source' ? target : source),
    offsetSyncsLocation: flow.offsetSyncsLocation,
    emitOffsetSyncs: flow.emitOffsetSyncs,
    emitCheckpoints: flow.emitCheckpoints.enabled,
    emitCheckpointsSeconds: flow.emitCheckpoints.intervalMs / 1000,
    syncGroupOffsets: flow.syncGroupOffsets.enabled,
    syncGroupOffsetsSeconds: flow.syncGroupOffsets.intervalMs / 1000,
    heartbeatsReplication: flow.heartbeatsReplication,
    offsetLagMax: flow.offsetLagMax,
    refreshTopicsMs: millisecondsAsKafka(flow.refreshTopicsIntervalMs),
    refreshGroupsMs: millisecondsAsKafka(flow.refreshGroupsIntervalMs),
    isolationLevel: flow.isolationLevel,
    autoOffsetReset: flow.autoOffsetReset,
    offsetFlushIntervalMs: String(flow.offsetFlushIntervalMs),
    exactlyOnce: flow.exactlyOnce ? 'enabled' : 'disabled',
    offsetsTopic: flow.connectOffsets?.topic,
    sourceClient: describeClient(layers, flow, source),
    targetClient: describeClient(layers, flow, target),
  };
}

/** Kafka says "never" by a negative interval. */
function millisecondsAsKafka(ms: number): number {
  return Number.isFinite(ms) ? ms : -1;
}

/** What one flow's admin client has; a connection for several flows takes the first. */
function describeClient(layers: Mm2Layers | undefined, flow: Flow, alias: string): object {
  const names = ['bootstrap.servers', 'sasl.jaas.config', 'sasl.mechanism', 'security.protocol'];
  return Object.fromEntries(
    names.map((name) => {
      const setting = layers?.cluster(alias, [flow]).get(name);
      // Where only the consumer has a setting Tidemark takes it; MM2's admin client goes without.
      return [name, setting === undefined || setting.key.startsWith(`${alias}.consumer.`) ? null : setting.value];
    }),
  );
}
