import { describe, expect, test } from '@jest/globals';
import { RecordedCluster } from '../../../lab/truth/recorded-cluster.ts';
import { type RecordedSnapshot, readRecording } from '../../../lab/truth/recording.ts';
import { configOf } from '../../../lab/truth/replay.ts';
import { NothingAuditedError, runAudit } from '../../../shared/audit/run-audit.ts';
import type { TidemarkConfig } from '../../../shared/config/tidemark-config.ts';
import { runbookLink } from '../../../shared/contract/finding-codes.ts';
import {
  AuthenticationError,
  AuthorizationError,
  ClusterUnreachableError,
} from '../../../shared/domain/model/errors.ts';
import { flowName } from '../../../shared/domain/model/flow.ts';
import type { AuditReport } from '../../../shared/domain/model/report.ts';
import type { ClusterReader } from '../../../shared/ports.ts';

const recording = readRecording('test/recordings/01-steady.json');
const single = configOf(recording);
const snapshot = recording.snapshots.at(-1) as RecordedSnapshot;
const [flow] = single.flows;
if (flow === undefined) throw new Error('the recording has a flow');
/** The same flow again and again, each with clusters of its own. */
const config: TidemarkConfig = {
  ...single,
  flows: ['', '1', '2', '3'].map((n) => ({ ...flow, source: `${flow.source}${n}`, target: `${flow.target}${n}` })),
};

type Fault = 'refuses the password' | 'lacks a permission' | 'does not answer' | 'hangs';

/** The recorded cluster under another alias, whose first question goes wrong. */
function readerWith(faults: Readonly<Record<string, Fault>>, opened: string[], released: Promise<void>) {
  return (alias: string): ClusterReader => {
    opened.push(alias);
    const recorded = new RecordedCluster(snapshot, alias.replace(/\d$/, ''));
    const reader = new Proxy(recorded, {
      get: (of, key) => (key === 'alias' ? alias : bound(of, Reflect.get(of, key))),
    });
    const fault = faults[alias];
    if (fault === undefined) return reader;
    return Object.assign(Object.create(reader) as ClusterReader, {
      async metadata() {
        if (fault === 'refuses the password') throw new AuthenticationError(alias, `cluster ${alias}: wrong password`);
        if (fault === 'hangs') await released;
        throw new ClusterUnreachableError(alias, 'CONNECTION_REFUSED', `no broker of ${alias} answers`);
      },
      async requirePermissions() {
        if (fault !== 'lacks a permission') return;
        throw new AuthorizationError(alias, [{ operation: 'Describe', resourceType: 'Topic', resourceName: 'orders' }]);
      },
    });
  };
}

function bound(of: RecordedCluster, value: unknown): unknown {
  return typeof value === 'function' ? value.bind(of) : value;
}

async function audit(faults: Readonly<Record<string, Fault>>, only?: string): Promise<AuditReport> {
  return await runAudit({
    config,
    reader: readerWith(faults, [], Promise.resolve()),
    clock: { now: () => snapshot.atMs },
    ...(only === undefined ? {} : { filter: { flow: (name) => name === only } }),
  });
}

const of = (report: AuditReport, name: string) => report.flows.find((one) => one.flow === name);

describe('flows are audited side by side', () => {
  test('a flow whose cluster refuses or does not answer changes nothing in the others', async () => {
    const report = await audit({ A1: 'refuses the password', B2: 'lacks a permission', A3: 'does not answer' });
    const alone = await audit({}, 'A->B');
    expect(report.flows.map((one) => [one.flow, one.verdict])).toEqual([
      ['A->B', 'ready'],
      ['A1->B1', 'unknown'],
      ['A2->B2', 'unknown'],
      ['A3->B3', 'unknown'],
    ]);
    expect(of(report, 'A->B')).toEqual(alone.flows[0]);
  });

  test('ACCESS_REFUSED names the cluster, and nothing of the flow is a number', async () => {
    const report = await audit({ A1: 'refuses the password' });
    const message = 'cluster A1: wrong password';
    expect(of(report, 'A1->B1')).toEqual({
      flow: 'A1->B1',
      verdict: 'unknown',
      reasons: ['ACCESS_REFUSED'],
      loss: { kind: 'unknown', reason: message },
      partitions: [],
      groups: [],
      findings: [
        {
          code: 'ACCESS_REFUSED',
          severity: 'critical',
          subject: { cluster: 'A1' },
          message,
          evidence: { error: 'AUTHENTICATION_FAILED' },
          runbook: runbookLink('ACCESS_REFUSED'),
        },
      ],
      suppressed: [],
      unread: [{ what: 'cluster A1', cluster: 'A1', error: 'AUTHENTICATION_FAILED', message, retriable: false }],
      snapshot: null,
    });
  });

  test('ACCESS_REFUSED can be turned off, and the verdict stays unknown', async () => {
    const policy = { ...config.policy, rules: [{ finding: 'ACCESS_REFUSED', severity: 'off' }] } as const;
    const reader = readerWith({ A1: 'refuses the password' }, [], Promise.resolve());
    const report = await runAudit({ config: { ...config, policy }, reader, clock: { now: () => snapshot.atMs } });
    expect(of(report, 'A1->B1')).toMatchObject({
      verdict: 'unknown',
      reasons: [],
      findings: [],
      suppressed: [{ code: 'ACCESS_REFUSED', severity: 'critical', subject: { cluster: 'A1' }, rule: 0 }],
    });
  });

  test('a refused flow is announced too, as what it is', async () => {
    const announced: string[] = [];
    await runAudit({
      config,
      reader: readerWith({ A1: 'refuses the password' }, [], Promise.resolve()),
      clock: { now: () => snapshot.atMs },
      history: {
        announces: true,
        open: async (one) => ({
          known: null,
          record: async () => ({ known: null, failure: null }),
          announce: async ({ report, at }) => {
            expect(at).toBe(snapshot.atMs);
            announced.push(`${flowName(one)} ${report.reasons.includes('ACCESS_REFUSED')}`);
          },
        }),
      },
    });
    expect(announced.sort()).toEqual(['A->B false', 'A1->B1 true', 'A2->B2 false', 'A3->B3 false']);
  });

  test('no flow waits for one that hangs', async () => {
    const { promise, resolve: release } = Promise.withResolvers<void>();
    const done: string[] = [];
    const running = runAudit({
      config,
      reader: readerWith({ A: 'hangs' }, [], promise),
      clock: { now: () => snapshot.atMs },
      history: {
        open: async (one) => ({
          known: null,
          record: async () => {
            done.push(flowName(one));
            if (done.length === 3) release();
            return { known: null, failure: null };
          },
        }),
      },
    });
    expect((await running).flows).toHaveLength(4);
    expect(done).toEqual(['A1->B1', 'A2->B2', 'A3->B3', 'A->B']);
  });

  test('every reader exists before the first flow begins, and one serves all flows of its cluster', async () => {
    const opened: string[] = [];
    const fanOut = { ...config, flows: config.flows.map((one) => ({ ...one, source: 'A' })) };
    await runAudit({
      config: fanOut,
      reader: readerWith({}, opened, Promise.resolve()),
      clock: { now: () => snapshot.atMs },
    });
    expect(opened.sort()).toEqual(['A', 'B', 'B1', 'B2', 'B3']);
  });

  test('with no flow left it throws: what was refused before what did not answer', async () => {
    const dead = Object.fromEntries(
      config.flows.flatMap((one) => [one.source, one.target]).map((a) => [a, 'does not answer']),
    );
    await expect(audit(dead as Record<string, Fault>)).rejects.toThrow(NothingAuditedError);
    await expect(audit({ ...(dead as Record<string, Fault>), B2: 'refuses the password' })).rejects.toThrow(
      AuthenticationError,
    );
    await expect(audit({ A: 'lacks a permission' }, 'A->B')).rejects.toThrow(AuthorizationError);
  });
});
