import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { waitUntilSettled } from '../../../lab/mirroring.ts';
import { LiveStage } from '../../../lab/truth/live-stage.ts';
import { RecordWriter } from '../../../lab/workload/record-writer.ts';
import { createClusterReader } from '../../../shared/adapters/kafka/cluster-reader.ts';
import { runAudit } from '../../../shared/audit/run-audit.ts';
import { loadMm2Properties } from '../../../shared/config/mm2/mm2-properties.ts';
import type { FlowReport } from '../../../shared/domain/model/report.ts';
import { proofOf } from '../../../shared/domain/model/report.ts';
import {
  DEFAULT_VERIFY_BYTES,
  type FlowVerification,
  type VerifyOptions,
} from '../../../shared/survey/verify-positions.ts';

/** Audits that compare records, of real clusters with a real MM2 between them. */
describe('comparing records around group positions', () => {
  let stage: LiveStage;

  const audit = async (topic: string, verify: Partial<VerifyOptions> = {}) => {
    const { config } = loadMm2Properties(stage.mm2PropertiesFile(), process.env);
    const verifications: FlowVerification[] = [];
    const { flows } = await runAudit({
      config,
      reader: (alias) => {
        const connection = config.clusters.get(alias);
        if (connection === undefined) throw new Error(`no cluster ${alias}`);
        return createClusterReader(connection);
      },
      clock: { now: () => Date.now() },
      filter: { topic: (name) => name === topic },
      verify: {
        positions: 'open',
        budgetBytes: DEFAULT_VERIFY_BYTES,
        onVerified: (verification) => verifications.push(verification),
        ...verify,
      },
    });
    const [flow] = flows;
    const [verification] = verifications;
    if (flow === undefined || verification === undefined) throw new Error('the flow was not compared');
    return { flow, verification };
  };

  const proofs = ({ groups }: FlowReport) => groups.map(({ tidemark }) => proofOf(tidemark));

  const byPartition = ({ positions }: FlowVerification) =>
    positions.toSorted((a, b) => a.partition - b.partition).map(({ is }) => proofOf(is));

  beforeAll(async () => {
    stage = await LiveStage.open({ mm2: { 'A->B.sync.topic.configs.enabled': 'false' } });
    const { a, b, writer } = stage;
    await a.admin.createTopics({ gaps: {}, stamped: {}, replaced: {}, wide: { partitions: 3 } });
    await b.admin.createTopics({ 'A.stamped': { config: { 'message.timestamp.type': 'LogAppendTime' } } });
    for (const topic of ['gaps', 'stamped']) {
      for (let i = 0; i < 5; i++) await writer.writeTransaction(topic, 20, 'commit');
      for (const at of [25n, 50n, 75n]) await a.admin.commitOffsets(`at-${at}`, topic, { 0: at });
    }
    await writer.write('replaced', 100);
    for (const partition of [0, 1]) await writer.write('wide', 80, { partition });
    await writer.write('wide', 80, { partition: 2, valueBytes: 10_000 });
    await a.admin.commitOffsets('middle', 'wide', { 0: 40n, 1: 40n, 2: 40n });
    const mm2 = await stage.startMm2();
    for (const topic of ['gaps', 'stamped', 'replaced', 'wide'])
      await waitUntilSettled({ source: a, target: b, topic, mm2 });
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  test('WHEN syncs leave positions open THEN records make them verified, and say which record stands where', async () => {
    const { verification } = await audit('gaps', { positions: 'all' });
    expect(verification.positions).toHaveLength(3);
    for (const { is } of verification.positions) {
      if (is.kind === 'unknown') throw new Error(is.reason);
      expect(is).toMatchObject({ proof: 'verified', rereadAtMost: 0n, skipAtMost: 0n });
      expect(is.position).toBe(is.high);
    }
    // 25 is the fourth record of the second transaction, behind one marker.
    const [first] = verification.positions;
    expect(first).toMatchObject({ committed: 25n, is: { position: 24n } });
    expect(verification.pairs).toContainEqual({ topic: 'gaps', partition: 0, upstream: 25n, downstream: 24n });
    expect(verification.bytes).toBeGreaterThan(0);
    expect(verification.bytes).toBeLessThan(100_000);
  });

  test('WHEN only some positions are to be compared THEN the others stay as they are', async () => {
    const { verification } = await audit('gaps', { positions: 'all', sample: 1 });
    expect(verification.positions).toHaveLength(1);
  });

  test('WHEN the budget does not reach THEN what the syncs say stays, with the reason', async () => {
    const { flow, verification } = await audit('gaps', { positions: 'all', budgetBytes: 1 });
    expect(verification).toMatchObject({ bytes: 0, pairs: [] });
    expect(proofs(flow)).not.toContain('verified');
    for (const { tidemark } of flow.groups) {
      if (proofOf(tidemark) !== 'exact') expect(tidemark.reason).toContain('budget of bytes');
    }
  });

  test('WHEN one partition needs more than its share THEN the others are compared all the same', async () => {
    const budgetBytes = 200_000;
    const { verification } = await audit('wide', { positions: 'all', budgetBytes });
    expect(byPartition(verification)).toEqual(['verified', 'verified', 'exact']);
    // A batch comes whole, and no more than one beyond the budget of each log.
    expect(verification.bytes).toBeLessThan(budgetBytes + 50_000);
    // Half of a share holds the whole log of the large records, however MM2's producer batched them.
    const all = await audit('wide', { positions: 'all', budgetBytes: DEFAULT_VERIFY_BYTES });
    expect(byPartition(all.verification)).toEqual(['verified', 'verified', 'verified']);
  });

  test('WHEN the target stamps records itself THEN nothing is verified, and the reason says so', async () => {
    const { flow } = await audit('stamped', { positions: 'all' });
    expect(proofs(flow)).not.toContain('verified');
    const reasons = flow.groups
      .filter(({ tidemark }) => proofOf(tidemark) !== 'exact')
      .map(({ tidemark }) => tidemark.reason);
    expect(reasons.length).toBeGreaterThan(0);
    for (const reason of reasons) expect(reason).toContain('stamps records with its own time');
    expect(flow.findings.map(({ code }) => code)).not.toContain('VERIFICATION_REFUTED');
  });

  test('WHEN the target log is another one than the syncs speak of, and nothing else tells THEN they are refuted', async () => {
    const { a, b } = stage;
    await stage.mm2.stop();
    await a.admin.commitOffsets('between', 'replaced', { 0: 53n });
    const before = await audit('replaced', { positions: 'all' });
    expect(proofs(before.flow)).toEqual(['verified']);
    await b.admin.deleteTopics('A.replaced');
    await b.admin.createTopics({ 'A.replaced': {} });
    await new RecordWriter(b.admin).write('A.replaced', 100);
    const { flow, verification } = await audit('replaced', { positions: 'all' });
    expect(verification.positions).toMatchObject([
      { group: 'between', was: { position: 53n, proof: 'exact' }, is: { kind: 'unknown' } },
    ]);
    expect(flow.findings).toContainEqual(
      expect.objectContaining({
        code: 'VERIFICATION_REFUTED',
        severity: 'warning',
        subject: { topic: 'replaced', partition: 0 },
        evidence: expect.objectContaining({ upstream: 53n, said: 53n, positions: 1 }),
      }),
    );
  });
});
