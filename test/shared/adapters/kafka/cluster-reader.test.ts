import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import type { LabCluster } from '../../../../lab/cluster.ts';
import { compactPartition } from '../../../../lab/compaction.ts';
import { type Lab, startLab } from '../../../../lab/lab.ts';
import { waitUntil } from '../../../../lab/wait-until.ts';
import { RecordWriter } from '../../../../lab/workload/record-writer.ts';
import { type ClusterReaderOptions, createClusterReader } from '../../../../shared/adapters/kafka/cluster-reader.ts';
import { BrokerConnection } from '../../../../shared/adapters/kafka/connection/broker-connection.ts';
import { BrokerFailure } from '../../../../shared/adapters/kafka/connection/broker-failure.ts';
import { Deadline } from '../../../../shared/adapters/kafka/connection/deadline.ts';
import { parseAddress } from '../../../../shared/adapters/kafka/connection/server-address.ts';
import { readLocalStart } from '../../../../shared/adapters/kafka/reading/read-offsets.ts';
import type { VersionLimits } from '../../../../shared/adapters/kafka/wire/api.ts';
import { CONSUMER_GROUP_DESCRIBE } from '../../../../shared/adapters/kafka/wire/consumer-group-describe.ts';
import { DESCRIBE_CONFIGS } from '../../../../shared/adapters/kafka/wire/describe-configs.ts';
import { DESCRIBE_GROUPS } from '../../../../shared/adapters/kafka/wire/describe-groups.ts';
import { FETCH } from '../../../../shared/adapters/kafka/wire/fetch.ts';
import { FIND_COORDINATOR } from '../../../../shared/adapters/kafka/wire/find-coordinator.ts';
import { LIST_GROUPS } from '../../../../shared/adapters/kafka/wire/list-groups.ts';
import { LIST_OFFSETS } from '../../../../shared/adapters/kafka/wire/list-offsets.ts';
import { METADATA } from '../../../../shared/adapters/kafka/wire/metadata.ts';
import { OFFSET_FETCH } from '../../../../shared/adapters/kafka/wire/offset-fetch.ts';
import { OFFSET_FOR_LEADER_EPOCH } from '../../../../shared/adapters/kafka/wire/offset-for-leader-epoch.ts';
import type { IsolationLevel, LogOffsets, LogRecord, LogScan } from '../../../../shared/domain/model/cluster.ts';
import type { Outcome } from '../../../../shared/domain/model/outcome.ts';
import type { ClusterReader } from '../../../../shared/ports.ts';

const READER = fileURLToPath(new URL('../../../../shared/adapters/kafka/cluster-reader.ts', import.meta.url));

/** Everything is compared with what Kafka's own clients say of the same cluster. */
describe('reading a real cluster', () => {
  let lab: Lab;
  let cluster: LabCluster;
  let writer: RecordWriter;
  let reader: ClusterReader;
  const open: ClusterReader[] = [];
  const openReader = (options: ClusterReaderOptions = {}): ClusterReader => {
    const opened = createClusterReader(cluster.connection, options);
    open.push(opened);
    return opened;
  };

  beforeAll(async () => {
    lab = await startLab();
    // Quotas are kept over two seconds, not eleven: a client that is over its own waits a second or two.
    cluster = await lab.startCluster({ alias: 'A', config: { 'quota.window.num': '2' } });
    writer = new RecordWriter(cluster.admin);
  });
  afterAll(() => lab?.stop());
  afterEach(async () => {
    await Promise.all(open.splice(0).map((opened) => opened.close()));
  });

  test('GIVEN no group ever committed WHEN commits are asked for THEN there are none, and asking creates no topic', async () => {
    reader = openReader();
    expect(await reader.commits(['never-seen'])).toEqual(new Map([['never-seen', { kind: 'read', value: [] }]]));
    expect(await reader.groups()).toEqual({ groups: [], unread: [] });
    // The agent lists internal topics too.
    expect(await cluster.admin.listTopics()).not.toContain('__consumer_offsets');
  });

  describe('with topics, records and groups', () => {
    beforeAll(async () => {
      await cluster.admin.createTopics({
        orders: { partitions: 3, config: { 'retention.ms': '86400000' } },
        empty: { partitions: 2 },
        trimmed: {},
        held: {},
      });
      await writer.write('orders', 40, { partition: 0, timestamp: 1_700_000_000_000n });
      await writer.write('orders', 7, { partition: 2 });
      await writer.write('trimmed', 10);
      await cluster.admin.deleteRecords('trimmed', 0, 4n);
      await writer.write('held', 5);
      const transaction = writer.openTransaction();
      await transaction.write('held', 5);
      await cluster.admin.commitOffsets('billing', 'orders', { 0: 12n, 2: 7n });
      await cluster.admin.commitOffsets('shipping', 'trimmed', { 0: 2n });
    });

    test('where a leader’s own disk begins is its log’s begin without tiered storage, and unknown to old brokers', async () => {
      const deadline = new Deadline(60_000);
      try {
        const partition = { topic: 'trimmed', partition: 0 };
        const now = await readLocalStart(await connect(cluster, deadline, {}), partition);
        expect(now).toEqual({ kind: 'value', value: 4n });
        const old = await readLocalStart(await connect(cluster, deadline, { ListOffsets: 7 }), partition);
        expect(old).toEqual({ kind: 'value', value: null });
      } finally {
        deadline.end(new BrokerFailure('READER_CLOSED', 'the test is over'));
      }
    });

    test('THEN metadata has the topic ids, leaders and brokers that AdminClient sees', async () => {
      reader = openReader();
      const metadata = await reader.metadata();
      const expected = await cluster.admin.describeTopics(['orders', 'empty']);
      for (const [topic, { id, leaders }] of Object.entries(expected)) {
        expect(metadata.topics.get(topic)).toMatchObject({ topic, id, leaders, internal: false, replicationFactor: 1 });
      }
      expect(metadata.clusterId).toBe(cluster.clusterId);
      expect(metadata.brokers).toHaveLength(1);
      expect(metadata.topics.get('__consumer_offsets')?.internal).toBe(true);
    });

    test('THEN offsets are those that AdminClient lists, an open transaction holding the last stable offset back', async () => {
      reader = openReader();
      const topics = ['orders', 'empty', 'trimmed', 'held'];
      const read = await reader.offsets(topics);
      for (const { topic, partition, ...offsets } of await cluster.admin.listOffsets(...topics)) {
        expect(read.get(topic)?.[partition]).toEqual({ kind: 'read', value: { ...offsets, leaderEpoch: 0 } });
      }
      expect(read.get('held')?.[0]).toMatchObject({ value: { highWatermark: 10n, lastStableOffset: 5n } });
      expect(read.get('trimmed')?.[0]).toMatchObject({ value: { start: 4n } });
    });

    test('THEN without the last stable offset a request less is sent, and it is the high watermark', async () => {
      reader = openReader();
      await reader.metadata();
      const sent = () => [...reader.requestsSent().values()].reduce((a, b) => a + b, 0);
      const before = sent();
      const held = (await reader.offsets(['held'], 'read_uncommitted')).get('held');
      expect([held, sent() - before]).toMatchObject([[{ value: { highWatermark: 10n, lastStableOffset: 10n } }], 2]);
    });

    test('THEN the records of the leader epoch of a log end at its end, in every version of the request', async () => {
      for (let version = OFFSET_FOR_LEADER_EPOCH.oldest; version <= OFFSET_FOR_LEADER_EPOCH.newest; version++) {
        reader = openReader({ versionLimits: { OffsetForLeaderEpoch: version } });
        const place = { topic: 'orders', partition: 0 };
        expect(
          await reader.epochEnds([
            { ...place, leaderEpoch: 0 },
            { topic: 'nowhere', partition: 0, leaderEpoch: 0 },
            { topic: 'empty', partition: 1, leaderEpoch: 0 },
          ]),
        ).toMatchObject([
          { kind: 'read', value: 40n },
          { kind: 'unread', unread: { error: 'UNKNOWN_TOPIC_OR_PARTITION', what: 'leader epoch of nowhere-0' } },
          { kind: 'read' },
        ]);
        // No broker has seen that epoch: there is nothing to say of it.
        expect(await reader.epochEnds([{ ...place, leaderEpoch: 7 }])).toEqual([{ kind: 'read', value: null }]);
      }
      reader = openReader({ versionLimits: { OffsetForLeaderEpoch: 1 } });
      const old = await reader.epochEnds([{ topic: 'orders', partition: 0, leaderEpoch: 0 }]);
      expect(old).toEqual([{ kind: 'read', value: null }]);
    });

    test('THEN an unknown topic is one unread beside the good answers', async () => {
      reader = openReader();
      const read = await reader.offsets(['nowhere', 'empty']);
      expect(read.get('empty')?.map(({ kind }) => kind)).toEqual(['read', 'read']);
      expect(read.get('nowhere')).toMatchObject([
        { kind: 'unread', unread: { error: 'UNKNOWN_TOPIC_OR_PARTITION', cluster: 'A', what: 'offsets of nowhere' } },
      ]);
    });

    test('THEN a deleted topic that was there before is unread, and nothing waits for it to come back', async () => {
      await cluster.admin.createTopic('short-lived');
      reader = openReader();
      await reader.metadata();
      await cluster.admin.deleteTopics('short-lived');
      // The broker follows the controller a moment later. A reader that does not know the topic shows when it has.
      await waitUntil('the broker to forget the topic', async () => {
        const other = openReader();
        try {
          return (await other.offsets(['short-lived'])).get('short-lived')?.[0]?.kind === 'unread';
        } finally {
          await other.close();
        }
      });
      const read = await reader.offsets(['short-lived', 'empty']);
      expect(read.get('short-lived')).toMatchObject([{ unread: { error: 'UNKNOWN_TOPIC_OR_PARTITION' } }]);
      expect(read.get('empty')?.[0]?.kind).toBe('read');
    });

    test('THEN a topic created after the metadata was read is found', async () => {
      reader = openReader();
      await reader.metadata();
      await cluster.admin.createTopic('latecomer');
      expect((await reader.offsets(['latecomer'])).get('latecomer')).toMatchObject([{ kind: 'read' }]);
    });

    test('THEN first records are where the logs begin to hold some, null where they hold none', async () => {
      reader = openReader();
      const first = await reader.firstRecords(['orders', 'empty', 'trimmed']);
      expect(first.get('orders')?.[0]).toEqual({ kind: 'read', value: { offset: 0n, timestamp: 1_700_000_000_000n } });
      expect(first.get('trimmed')?.[0]).toMatchObject({ value: { offset: 4n } });
      expect(first.get('orders')?.[1]).toEqual({ kind: 'read', value: null });
      expect(first.get('empty')?.[0]).toEqual({ kind: 'read', value: null });
    });

    test('THEN commits are those of AdminClient; an absent group has none', async () => {
      reader = openReader();
      const commits = await reader.commits(['billing', 'shipping', 'absent']);
      for (const group of ['billing', 'shipping', 'absent']) {
        const expected = await cluster.admin.groupOffsets(group);
        expect(commits.get(group)).toEqual({ kind: 'read', value: expect.arrayContaining(expected) });
        expect(readOf(commits.get(group))).toHaveLength(expected.length);
      }
    });

    test('THEN a commit behind the end, which brokers accept, is reported as it stands', async () => {
      await cluster.admin.commitOffsets('astray', 'orders', { 0: 99_999_999n });
      reader = openReader();
      expect(readOf((await reader.commits(['astray'])).get('astray'))).toEqual([
        { topic: 'orders', partition: 0, offset: 99_999_999n },
      ]);
    });

    test('THEN topic configurations are read, and an unknown topic is unread', async () => {
      reader = openReader();
      const configs = await reader.topicConfigs(['orders', 'nowhere']);
      expect(readOf(configs.get('orders')).get('retention.ms')).toBe('86400000');
      expect(configs.get('nowhere')).toMatchObject({ unread: { error: 'UNKNOWN_TOPIC_OR_PARTITION' } });
    });

    test('THEN live groups of both protocols have their state and type, and are never taken for dead', async () => {
      await cluster.admin.createTopic('watched');
      const live = await Promise.all(
        (['classic', 'consumer'] as const).map((protocol) =>
          cluster.admin.startConsumer({ group: `live-${protocol}`, topics: ['watched'], protocol }),
        ),
      );
      const versions: VersionLimits[] = [{}, { ListGroups: 4 }];
      for (const ListGroups of [3, 1]) {
        for (const DescribeGroups of [6, 5, 1]) versions.push({ ListGroups, DescribeGroups });
      }
      for (const versionLimits of versions) {
        const { groups, unread } = await openReader({ versionLimits }).groups();
        const seen = new Map(groups.map((listing) => [listing.group, listing]));
        expect(unread).toEqual([]);
        expect(seen.get('live-classic')).toMatchObject({ state: 'Stable', protocolType: 'consumer' });
        expect(seen.get('live-consumer')).toMatchObject({ state: 'Stable', protocolType: 'consumer' });
        expect(seen.get('billing')).toMatchObject({ state: 'Empty' });
        // ListGroups 4 has states and no types, on a broker that knows more than one.
        const types = versionLimits.ListGroups === 4 ? ['unknown', 'unknown'] : ['classic', 'consumer'];
        expect([seen.get('live-classic')?.type, seen.get('live-consumer')?.type]).toEqual(types);
      }
      await Promise.all(live.map((consumer) => consumer.stop()));
    });

    const apis = [
      METADATA,
      LIST_OFFSETS,
      OFFSET_FETCH,
      FIND_COORDINATOR,
      LIST_GROUPS,
      DESCRIBE_GROUPS,
      DESCRIBE_CONFIGS,
      CONSUMER_GROUP_DESCRIBE,
      FETCH,
    ];
    const versions = apis.flatMap(({ name, oldest, newest }) =>
      Array.from({ length: newest - oldest + 1 }, (_, i) => ({ name, version: oldest + i })),
    );

    test.each(versions)(
      'WHEN $name goes no further than v$version THEN the same is read',
      async ({ name, version }) => {
        // Describing is only needed below ListGroups 4.
        const describes = name === 'DescribeGroups' || name === 'ConsumerGroupDescribe';
        const old = openReader({ versionLimits: { [name]: version, ...(describes ? { ListGroups: 3 } : {}) } });
        const now = openReader();
        const topics = ['orders', 'empty', 'trimmed', 'held', 'nowhere'];
        const metadata = await old.metadata();
        const expected = await now.metadata();
        expect([...metadata.topics.keys()].sort()).toEqual([...expected.topics.keys()].sort());
        expect(metadata.topics.get('orders')?.leaders).toEqual(expected.topics.get('orders')?.leaders);
        const id = name === 'Metadata' && version < 10 ? null : expected.topics.get('orders')?.id;
        expect(metadata.topics.get('orders')?.id).toBe(id);
        const offsets = await old.offsets(topics);
        const told = await now.offsets(topics);
        // Before version 4, brokers do not say in which leader epoch they lead.
        expect(offsets).toEqual(name === 'ListOffsets' && version < 4 ? withoutEpochs(told) : told);
        expect(await old.firstRecords(topics)).toEqual(await now.firstRecords(topics));
        const names = (await now.groups()).groups.map(({ group }) => group).sort();
        expect((await old.groups()).groups.map(({ group }) => group).sort()).toEqual(names);
        const commits = ['billing', 'shipping', 'absent'];
        // Of its own accord: not knowing the coordinators from listing the groups.
        expect(await openReader({ versionLimits: { [name]: version } }).commits(commits)).toEqual(
          await now.commits(commits),
        );
        expect(await old.topicConfigs(['orders'])).toEqual(await now.topicConfigs(['orders']));
        for (const topic of ['orders', 'trimmed']) expect(await scanned(old, topic)).toEqual(await scanned(now, topic));
      },
    );
  });

  test.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'])(
    'records that a Java producer compressed with %s are read to the byte',
    async (codec) => {
      const topic = `compressed-${codec}`;
      await cluster.admin.createTopic(topic);
      const settings = { 'compression.type': codec, 'linger.ms': '50', 'batch.size': '500000' };
      await writer.write(topic, 3_000, { keys: 7, settings });
      await writer.write(topic, 20, { valueBytes: 100_000, settings });
      const { records, scan } = await scanned(openReader(), topic);
      const raw = await cluster.admin.readRaw(topic, 0);
      expect(scan).toMatchObject({ kind: 'read', value: { start: 0n, end: 3_020n, next: 3_020n } });
      expect(records.map(printed)).toEqual(raw.map(printed));
      expect(new Set(records.map(({ headers }) => `${headers[0]?.key}=${headers[0]?.value}`)).size).toBe(3_020);
    },
  );

  describe('a topic with transactions', () => {
    beforeAll(async () => {
      await cluster.admin.createTopic('ledger');
      await writer.write('ledger', 3); // 0 1 2
      await writer.writeTransaction('ledger', 4, 'abort'); // 3 … 6, marker 7
      await writer.writeTransaction('ledger', 2, 'commit'); // 8 9, marker 10
      const [one, two] = [writer.openTransaction(), writer.openTransaction()];
      await one.write('ledger', 2); // 11 12
      await two.write('ledger', 2); // 13 14
      await writer.write('ledger', 1); // 15
      await one.end('abort'); // 16
      await two.end('commit'); // 17
      const last = writer.openTransaction();
      await last.write('ledger', 2); // 18 19, still open
    });

    test('THEN read_committed hides aborted, open and control records, and read_uncommitted only the latter', async () => {
      const committed = await scanned(openReader(), 'ledger', 0n, 'read_committed');
      expect(committed.records.map(({ offset }) => offset)).toEqual([0n, 1n, 2n, 8n, 9n, 13n, 14n, 15n]);
      expect(committed.scan).toMatchObject({ value: { end: 20n, next: 18n } });
      const all = await scanned(openReader(), 'ledger', 0n, 'read_uncommitted');
      expect(all.records.map(({ offset }) => offset)).toEqual(
        [0, 1, 2, 3, 4, 5, 6, 8, 9, 11, 12, 13, 14, 15, 18, 19].map(BigInt),
      );
    });

    test('THEN reading that begins inside an aborted transaction hides the rest of it', async () => {
      const { records } = await scanned(openReader(), 'ledger', 5n, 'read_committed');
      expect(records[0]?.offset).toBe(8n);
    });

    test('THEN a peek passes over what does not count, says how far it looked, and names what was aborted', async () => {
      const base = { topic: 'ledger', partition: 0, isolation: 'read_committed' } as const;
      const peeks = await openReader().peek([
        { ...base, offset: 3n, until: 100n },
        { ...base, offset: 3n, until: 8n },
        { ...base, offset: 10n, until: 13n },
        { ...base, offset: 16n, until: 100n },
        { ...base, offset: 500n, until: 600n },
        { ...base, offset: 3n, until: 100n, isolation: 'read_uncommitted' },
        { ...base, topic: 'nowhere', offset: 0n, until: 1n },
      ]);
      expect(peeks.map((peek) => (peek.kind === 'read' ? peek.value.record?.offset : peek.unread.error))).toEqual([
        8n,
        undefined,
        undefined,
        undefined,
        undefined,
        3n,
        'UNKNOWN_TOPIC_OR_PARTITION',
      ]);
      const scannedTo = peeks.map((peek) => (peek.kind === 'read' ? peek.value.scannedTo : null));
      expect(scannedTo[1]).toBeGreaterThanOrEqual(8n);
      expect(scannedTo[2]).toBeGreaterThanOrEqual(13n);
      // Beyond the last stable offset nothing is known yet, and behind the end there is nothing to know.
      expect(scannedTo[3]).toBe(18n);
      expect(scannedTo[4]).toBe(500n);
      expect(readOf(peeks[0]).abortedTransactions).toContainEqual(expect.objectContaining({ firstOffset: 3n }));
    });
  });

  test('many peeks go into few requests, also of partitions whose batches are larger than what is asked for', async () => {
    await cluster.admin.createTopic('wide', { partitions: 60 });
    for (let partition = 0; partition < 60; partition++) {
      await writer.write('wide', 2, { partition, valueBytes: partition % 2 === 0 ? 60_000 : 10 });
    }
    reader = openReader();
    await reader.metadata();
    const before = total(reader);
    const peeks = await reader.peek(
      Array.from({ length: 60 }, (_, partition) => ({
        topic: 'wide',
        partition,
        offset: 1n,
        until: 2n,
        isolation: 'read_uncommitted' as const,
      })),
    );
    expect(peeks.map((peek) => readOf(peek).record?.offset)).toEqual(Array.from({ length: 60 }, () => 1n));
    expect(total(reader) - before).toBeLessThan(50);
  });

  describe('a compacted topic', () => {
    beforeAll(async () => {
      await cluster.admin.createTopic('compacted');
      // Idempotent producers leave their last batch behind, without records: the broker needs its sequence numbers.
      for (let i = 0; i < 4; i++) {
        const settings = { 'enable.idempotence': 'true', 'client.id': `producer-${i}` };
        await writer.write('compacted', 5, { keys: ['same'], settings });
      }
      await compactPartition(cluster, writer, 'compacted', 0);
    });

    test('THEN reading goes on over batches that lost all their records, from every offset', async () => {
      const raw = await cluster.admin.readRaw('compacted', 0);
      const end = (await cluster.admin.listOffsets('compacted'))[0]?.highWatermark ?? 0n;
      reader = openReader();
      expect(raw.length).toBeLessThan(Number(end));
      for (let from = 0n; from <= end; from++) {
        const { records, scan } = await scanned(reader, 'compacted', from);
        expect(records.map(({ offset }) => offset)).toEqual(
          raw.map(({ offset }) => offset).filter((offset) => offset >= from),
        );
        expect(scan).toMatchObject({ value: { end, next: end } });
      }
    });
  });

  test('a read that begins before the log or behind its end is put inside, and says so', async () => {
    await cluster.admin.createTopic('moved');
    await writer.write('moved', 10);
    await cluster.admin.deleteRecords('moved', 0, 6n);
    reader = openReader();
    const before = await scanned(reader, 'moved', 0n);
    expect(before.records.map(({ offset }) => offset)).toEqual([6n, 7n, 8n, 9n]);
    expect(before.scan).toMatchObject({ kind: 'read', value: { start: 6n, end: 10n, next: 10n } });
    const behind = await scanned(reader, 'moved', 5_000n);
    expect(behind.records).toEqual([]);
    expect(behind.scan).toMatchObject({ kind: 'read', value: { start: 6n, end: 10n, next: 10n } });
    const negative = await scanned(reader, 'moved', -3n);
    expect(negative.records).toHaveLength(4);
    const [early] = await reader.peek([
      { topic: 'moved', partition: 0, offset: 2n, until: 100n, isolation: 'read_committed' },
    ]);
    expect(readOf(early).record?.offset).toBe(6n);
  });

  test('a scan stops at the end that the log had when it began, though producers go on', async () => {
    await cluster.admin.createTopic('busy');
    await writer.write('busy', 100);
    reader = openReader();
    const { next } = readOf((await scanned(reader, 'busy')).scan);
    await writer.write('busy', 50);
    const { records, scan } = await scanned(reader, 'busy', next);
    expect(records).toHaveLength(50);
    expect(records[0]?.offset).toBe(100n);
    expect(scan).toMatchObject({ value: { next: 150n } });
  });

  test('a stretch of a log: from an offset up to another, in the middle of a batch or behind the end', async () => {
    await cluster.admin.createTopic('stretch');
    await writer.write('stretch', 300);
    reader = openReader();
    const stretch = async (from: bigint, until: bigint) => {
      const offsets: bigint[] = [];
      const request = { topic: 'stretch', partition: 0, from, until, isolation: 'read_uncommitted' as const };
      const { next } = readOf(await reader.scan(request, ({ offset }) => offsets.push(offset)));
      return { first: offsets[0], last: offsets.at(-1), records: offsets.length, next };
    };
    expect(await stretch(100n, 140n)).toEqual({ first: 100n, last: 139n, records: 40, next: 140n });
    expect(await stretch(290n, 900n)).toEqual({ first: 290n, last: 299n, records: 10, next: 300n });
    expect(await stretch(50n, 50n)).toEqual({ first: undefined, last: undefined, records: 0, next: 50n });
  });

  test('a read that may cost so many bytes ends soon behind them, tells where, and goes on from there', async () => {
    await cluster.admin.createTopic('costly');
    const settings = { 'batch.size': '4000', 'linger.ms': '0' };
    await writer.write('costly', 200, { valueBytes: 1_000, settings });
    reader = openReader();
    const offsets: bigint[] = [];
    const read = async (from: bigint) => {
      const request = { topic: 'costly', partition: 0, from, maxBytes: 50_000, isolation: 'read_uncommitted' as const };
      return readOf(await reader.scan(request, ({ offset }) => offsets.push(offset)));
    };
    let scan = await read(0n);
    expect(scan.next).toBeLessThan(100n);
    expect(scan.bytes).toBeGreaterThan(25_000);
    expect(scan.bytes).toBeLessThan(100_000);
    for (let reads = 0; scan.next < scan.end && reads < 20; reads++) scan = await read(scan.next);
    expect(offsets).toEqual(Array.from({ length: 200 }, (_, i) => BigInt(i)));
  });

  test('an error of the visitor is the caller’s own and comes back as it is', async () => {
    await cluster.admin.createTopic('visited');
    await writer.write('visited', 1);
    const request = { topic: 'visited', partition: 0, from: 0n, isolation: 'read_committed' as const };
    const scan = openReader().scan(request, () => {
      throw new TypeError('a defect');
    });
    await expect(scan).rejects.toThrow(new TypeError('a defect'));
  });

  test('a client over its quota waits as long as the broker asks for and reads on: held back is not the end', async () => {
    await cluster.admin.createTopic('rationed');
    await writer.write('rationed', 60, { valueBytes: 10_000, settings: { 'batch.size': '20000' } });
    const command = ['--alter', '--entity-type', 'clients', '--entity-name', 'rationed-client'];
    const quota = ['--add-config', 'consumer_byte_rate=400000', '--bootstrap-server', cluster.bootstrapServers];
    const java = ['-XX:TieredStopAtLevel=1', '-cp', lab.classpath];
    await promisify(execFile)('java', [...java, 'kafka.admin.ConfigCommand', ...command, ...quota]);
    reader = createClusterReader({ ...cluster.connection, clientId: 'rationed-client' });
    open.push(reader);
    // One answer uses the quota up; the next comes without any partition, and has to be asked for again.
    const { records, scan } = await scanned(reader, 'rationed');
    expect(records).toHaveLength(60);
    expect(scan).toMatchObject({ kind: 'read', value: { next: 60n } });
  });

  /** kafkajs is CommonJS and its hidden modules are imported by path: each way of running has to find them. */
  test.each(['bundled as CommonJS', 'run from the sources'])(
    'the reader works %s, and writes nothing to stderr',
    async (way) => {
      const folder = mkdtempSync(join(lab.folder, 'reader-'));
      const program = `
      import { createClusterReader } from ${JSON.stringify(READER)};
      const reader = createClusterReader(JSON.parse(process.argv[2] ?? ''));
      const offsets = async () => (await reader.offsets(['nowhere'])).size;
      Promise.all([reader.metadata(), offsets()]).then(async ([{ brokers }, size]) => {
        await reader.close();
        process.stdout.write(JSON.stringify({ brokers: brokers.length, size }));
      });`;
      const source = join(folder, 'program.ts');
      writeFileSync(source, program);
      let file = source;
      if (way === 'bundled as CommonJS') {
        file = join(folder, 'program.cjs');
        await build({
          entryPoints: [source],
          outfile: file,
          bundle: true,
          platform: 'node',
          format: 'cjs',
          logLevel: 'error',
        });
      }
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [
        file,
        JSON.stringify(cluster.connection),
      ]);
      expect(JSON.parse(stdout)).toEqual({ brokers: 1, size: 1 });
      // Node's TimeoutNegativeWarning would be kafkajs's timer.
      expect(stderr.replace(/.*MODULE_TYPELESS_PACKAGE_JSON[\s\S]*/, '')).toBe('');
    },
  );

  test('what a cluster of many groups costs: a few requests, counted', async () => {
    const groups = Array.from({ length: 450 }, (_, i) => `many-${i}`);
    await cluster.admin.createTopic('shared', { partitions: 4 });
    for (const group of groups) await cluster.admin.commitOffsets(group, 'shared', { 0: 1n, 1: 2n, 2: 3n, 3: 4n });
    reader = openReader();
    await reader.metadata();
    const listed = (await reader.groups()).groups.map(({ group }) => group);
    const commits = await reader.commits(listed);
    await reader.offsets(['shared', 'orders']);
    for (const group of groups) expect(readOf(commits.get(group))).toHaveLength(4);
    // Versions, metadata, groups, commits (250 groups a request), offsets (start, last stable, end).
    expect(total(reader)).toBe(1 + 1 + 1 + Math.ceil(listed.length / 250) + 3);
  });
});

async function scanned(
  reader: ClusterReader,
  topic: string,
  from = 0n,
  isolation: IsolationLevel = 'read_uncommitted',
): Promise<{ records: LogRecord[]; scan: Outcome<LogScan> }> {
  const records: LogRecord[] = [];
  const scan = await reader.scan({ topic, partition: 0, from, isolation }, (record) => records.push(record));
  return { records, scan };
}

/** One string a record: jest compares buffers byte by byte, slowly. */
function withoutEpochs(offsets: ReadonlyMap<string, readonly Outcome<LogOffsets>[]>): typeof offsets {
  const without = (outcome: Outcome<LogOffsets>): Outcome<LogOffsets> => {
    if (outcome.kind !== 'read') return outcome;
    const { leaderEpoch: _, ...value } = outcome.value;
    return { ...outcome, value };
  };
  return new Map([...offsets].map(([topic, partitions]) => [topic, partitions.map(without)]));
}

function printed({ offset, timestamp, key, value }: Omit<LogRecord, 'headers'>): string {
  return [offset, timestamp, key?.toString('latin1'), value?.toString('latin1')].join(' ');
}

function readOf<T>(outcome: Outcome<T> | undefined): T {
  if (outcome?.kind !== 'read') throw new Error(`not read: ${JSON.stringify(outcome)}`);
  return outcome.value;
}

function total(reader: ClusterReader): number {
  return [...reader.requestsSent().values()].reduce((sum, count) => sum + count, 0);
}

function connect(cluster: LabCluster, deadline: Deadline, versionLimits: VersionLimits): Promise<BrokerConnection> {
  const address = parseAddress(cluster.bootstrapServers);
  if (address === null) throw new Error('the lab has an address');
  const settings = {
    alias: 'A',
    clientId: 'tidemark-lab',
    tls: null,
    sasl: null,
    identity: 'nobody',
    connectTimeoutMs: 5_000,
    requestTimeoutMs: 5_000,
    maxInFlight: 5,
    deadline,
    versionLimits,
    names: new Map<string, string>(),
  };
  return BrokerConnection.open(address, settings, () => undefined);
}
