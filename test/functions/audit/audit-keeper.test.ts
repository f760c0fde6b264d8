import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createAuditKeeper, LEASE_MS } from '../../../functions/audit/audit-keeper.ts';
import { AWS_CLIENT_SETTINGS } from '../../../functions/runtime/aws-client-settings.ts';
import { DynamoDbLocal } from '../../../lab/dynamodb-local.ts';
import { LabProxy } from '../../../lab/proxy.ts';
import { waitUntil } from '../../../lab/wait-until.ts';
import { loadMm2Properties } from '../../../shared/config/mm2/mm2-properties.ts';
import { HistoryState } from '../../../shared/domain/history/history-state.ts';
import { type Flow, flowName } from '../../../shared/domain/model/flow.ts';
import type { AuditHistory, Recording } from '../../../shared/history/audit-history.ts';

/** The time of one audit: the function's timeout minus the time reserved for publishing. */
const AUDIT_MS = 42_000;

describe('storing audits in DynamoDB', () => {
  let local: DynamoDbLocal;
  let link: LabProxy;
  let flows: readonly Flow[];
  let table: string;
  let now: number;
  const clients: DynamoDBClient[] = [];

  beforeAll(async () => {
    local = await DynamoDbLocal.start();
    link = await LabProxy.start({ host: '127.0.0.1', port: Number(new URL(local.endpoint).port) });
    flows = sixFlows();
  });
  afterAll(async () => {
    await link.close();
    await local.stop();
  });
  beforeEach(async () => {
    table = `history-${randomUUID()}`;
    await local.createHistoryTable(table);
    now = Date.now();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    await link.heal();
  });

  function sixFlows(): readonly Flow[] {
    const folder = mkdtempSync(join(tmpdir(), 'tidemark-keeper-'));
    const file = join(folder, 'mm2.properties');
    const servers = ['A', 'B', 'C'].map((alias) => `${alias}.bootstrap.servers=${alias}:9092`);
    writeFileSync(file, ['clusters=A, B, C', 'enabled=true', ...servers].join('\n'));
    const { config } = loadMm2Properties(file, {});
    rmSync(folder, { recursive: true, force: true });
    return config.flows;
  }

  /**
   * A process of the function. The test moves its clock. With `time: 'as in Lambda'` the clock also runs by itself, and
   * requests have their time limits in Lambda. All other tests must not depend on how fast the machine is.
   */
  function process(name: string, options: { readonly time?: 'as in Lambda' } = {}) {
    const isReal = options.time === 'as in Lambda';
    const client = new DynamoDBClient({
      ...(isReal ? AWS_CLIENT_SETTINGS : { maxAttempts: AWS_CLIENT_SETTINGS.maxAttempts }),
      endpoint: `http://${link.host}:${link.port}`,
      region: 'local',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    clients.push(client);
    const drift = performance.now();
    const clock = { now: () => now + (isReal ? performance.now() - drift : 0) };
    const keeper = createAuditKeeper({
      client,
      table,
      process: name,
      clock,
      publisher: { publish: async (events) => events.map(() => ({ kind: 'accepted' })) },
      notAnnounced: () => undefined,
      deployment: 'test',
      groupMetricsLimit: 10,
      notChosen: () => undefined,
    });
    return (limits: { readonly ms?: number; readonly signal?: AbortSignal } = {}) =>
      keeper.begin({
        deadline: clock.now() + (limits.ms ?? AUDIT_MS),
        signal: limits.signal ?? new AbortController().signal,
      });
  }

  /** Audits every flow at `now`; returns the outcome by flow name. */
  async function auditAll(history: AuditHistory): Promise<ReadonlyMap<string, Recording>> {
    const recordings = new Map<string, Recording>();
    for (const flow of flows) {
      const { known, record } = await history.open(flow, {
        source: `id of ${flow.source}`,
        target: `id of ${flow.target}`,
      });
      const state = known?.state.next(now) ?? new HistoryState(now);
      state.set({ kind: 'end', role: 'source', topic: 'orders', partition: 0 }, BigInt(now));
      Object.assign(state.readAt, { source: now, target: now });
      recordings.set(flowName(flow), await record(state));
    }
    return recordings;
  }

  const failures = (recordings: ReadonlyMap<string, Recording>) => [...recordings.values()].map((one) => one.failure);
  const kept = (recordings: ReadonlyMap<string, Recording>) =>
    [...recordings.values()].filter((one) => one.known !== null).length;

  /** Audits until all six flows are stored: on a busy machine DynamoDB Local can be slower than an audit waits. */
  async function allKept(begin: ReturnType<typeof process>): Promise<void> {
    await waitUntil('an audit to store all six flows', async () => {
      now += 60_000;
      return kept(await auditAll(begin())) === 6;
    });
  }

  test('GIVEN a silent DynamoDB THEN six flows together wait for it no longer than one, and the next audit is stored', async () => {
    const begin = process('one', { time: 'as in Lambda' });
    await allKept(begin);

    link.hang();
    now += 60_000;
    const begun = performance.now();
    const unkept = await auditAll(begin());
    // Five seconds; one after the other it would be thirty.
    expect(performance.now() - begun).toBeLessThan(20_000);
    expect(failures(unkept)).toEqual(Array(6).fill(expect.stringContaining('DynamoDB did not answer')));

    await link.heal();
    await allKept(begin);
  });

  test('GIVEN a silent DynamoDB THEN nothing waits beyond the deadline of the audit, or its signal', async () => {
    link.hang();
    for (const limits of [() => ({ ms: 300.5 }), () => ({ signal: AbortSignal.timeout(300) })]) {
      const begun = performance.now();
      const unkept = await auditAll(process('one', { time: 'as in Lambda' })(limits()));
      // It would wait for five seconds.
      expect(performance.now() - begun).toBeLessThan(4_500);
      expect(failures(unkept)).toEqual(Array(6).fill(expect.stringContaining('DynamoDB did not answer')));
    }
  });

  test('GIVEN connections that broke while the process was frozen THEN the audit is stored', async () => {
    const begin = process('one');
    await auditAll(begin());
    link.reset();
    now += 60_000;
    expect(failures(await auditAll(begin()))).toEqual(Array(6).fill(null));
  });

  test('GIVEN a process that replaces a dead one THEN it loses one audit and stores the second', async () => {
    // The latest moment at which an audit of the first minute records.
    now += AUDIT_MS;
    expect(kept(await auditAll(process('dead')()))).toBe(6);
    now += 60_000 - AUDIT_MS;
    const begin = process('heir');
    const first = await auditAll(begin());
    expect(kept(first)).toBe(0);
    expect(failures(first)).toEqual(Array(6).fill(null));
    now += 60_000;
    expect(kept(await auditAll(begin()))).toBe(6);
  });

  test('the lease outlasts the time to the next audit', () => {
    expect(LEASE_MS).toBeGreaterThan(60_000);
    expect(LEASE_MS).toBeLessThan(120_000 - AUDIT_MS);
  });
});
