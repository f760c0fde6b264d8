import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { RecordedCluster } from '../../../lab/truth/recorded-cluster.ts';
import { type RecordedSnapshot, readRecording } from '../../../lab/truth/recording.ts';
import { configOf } from '../../../lab/truth/replay.ts';
import { openHistoryDatabase } from '../../../shared/adapters/sqlite/open-database.ts';
import { createSqliteAcknowledgementStore } from '../../../shared/adapters/sqlite/sqlite-acknowledgement-store.ts';
import { type AuditRequest, runAudit } from '../../../shared/audit/run-audit.ts';
import { runbookLink } from '../../../shared/contract/finding-codes.ts';
import type { HistoryState } from '../../../shared/domain/history/history-state.ts';
import type { Acknowledgement } from '../../../shared/domain/model/finding.ts';
import type { FlowReport } from '../../../shared/domain/model/report.ts';
import type { AcknowledgementStore } from '../../../shared/history/acknowledgement-store.ts';
import type { AuditHistory } from '../../../shared/history/audit-history.ts';
import type { FlowFilter } from '../../../shared/survey/flow-filter.ts';
import { acknowledgement } from '../../cli/verbs/sample-report.ts';

const recording = readRecording('test/recordings/01-steady.json');
const config = configOf(recording);
const snapshot = recording.snapshots.at(-1) as RecordedSnapshot;

/** A history that keeps nothing, and says why, or that another process keeps. */
class FakeHistory implements AuditHistory {
  readonly recorded: HistoryState[] = [];
  readonly #failure: string | null;

  constructor(failure: string | null) {
    this.#failure = failure;
  }

  async open() {
    return {
      known: null,
      record: async (state: HistoryState) => {
        this.recorded.push(state);
        return { known: null, failure: this.#failure };
      },
    };
  }
}

async function audit(
  history?: AuditHistory,
  filter?: FlowFilter,
  over: Partial<AuditRequest> = {},
): Promise<FlowReport> {
  const report = await runAudit({
    config,
    reader: (alias) => new RecordedCluster(snapshot, alias),
    clock: { now: () => snapshot.atMs },
    ...(history === undefined ? {} : { history }),
    ...(filter === undefined ? {} : { filter }),
    ...over,
  });
  const [flow] = report.flows;
  if (flow === undefined) throw new Error('the recording has a flow');
  return flow;
}

describe('an audit whose history does not take it', () => {
  test('is a finding beside what was judged: HISTORY_NOT_RECORDED', async () => {
    const plain = await audit();
    const { findings, reasons, verdict: _, ...rest } = await audit(new FakeHistory('the disk is full'));
    const finding = {
      code: 'HISTORY_NOT_RECORDED',
      severity: 'warning',
      subject: {},
      message: 'this audit was not stored in the history: the disk is full',
      evidence: { error: 'the disk is full' },
      runbook: runbookLink('HISTORY_NOT_RECORDED'),
    } as const;
    const worse = plain.findings.filter(({ severity }) => severity !== 'info');
    const milder = plain.findings.filter(({ severity }) => severity === 'info');
    expect(findings).toEqual([...worse, finding, ...milder]);
    expect(reasons).toEqual([...plain.reasons, 'HISTORY_NOT_RECORDED']);
    expect({ ...plain, ...rest }).toEqual(plain);
  });

  test('and no better than at risk, as any warning', async () => {
    expect((await audit()).verdict).toBe('ready');
    expect((await audit(new FakeHistory('the disk is full'))).verdict).toBe('at-risk');
  });

  test('none: it was taken, or another process keeps it at the moment', async () => {
    const history = new FakeHistory(null);
    expect(await audit(history)).toEqual(await audit());
    expect(history.recorded.map(({ at, said }) => [at, said?.verdict])).toEqual([[snapshot.atMs, 'ready']]);
  });

  test('an audit of some groups or topics is not kept', async () => {
    const history = new FakeHistory('the disk is full');
    for (const filter of [{ group: () => true }, { topic: () => true }]) {
      expect((await audit(history, filter)).reasons).not.toContain('HISTORY_NOT_RECORDED');
    }
    expect(history.recorded).toEqual([]);
  });
});

describe('an audit with acknowledgements', () => {
  let store: AcknowledgementStore;
  beforeEach(() => {
    store = createSqliteAcknowledgementStore(openHistoryDatabase(':memory:'));
  });
  afterEach(() => store.close());
  const codes = ({ findings }: FlowReport) => findings.map(({ code, acknowledged }) => [code, acknowledged?.id]);
  const known = (over: Partial<Acknowledgement>) =>
    acknowledgement({ flow: 'A->B', at: snapshot.atMs - 1, until: null, ...over });
  const inEffect = async () => (await store.list('A->B', snapshot.atMs)).filter(({ ending }) => ending === null);

  test('that it cannot read has every finding count, and says so', async () => {
    const broken = { ...store, list: () => Promise.reject(new Error('no route')) };
    const [plain, report] = [await audit(), await audit(undefined, undefined, { acknowledgements: broken })];
    const said = report.findings.filter(({ code }) => code === 'ACKNOWLEDGEMENTS_UNREADABLE');
    expect(said).toMatchObject([{ severity: 'info', evidence: { error: 'no route' } }]);
    expect(said[0]?.message).toBe('acknowledgements could not be read, so every finding counts: no route');
    expect({ ...report, findings: report.findings.filter((one) => !said.includes(one)) }).toEqual(plain);
  });

  test('shows them at their findings, also at one that comes up after the judgement', async () => {
    const late = known({ id: 'aaaaaaaaaaaa', code: 'HISTORY_NOT_RECORDED' });
    await store.add(late);
    const report = await audit(new FakeHistory('the disk is full'), undefined, { acknowledgements: store });
    expect(codes(report)).toContainEqual(['HISTORY_NOT_RECORDED', 'aaaaaaaaaaaa']);
    expect([report.verdict, report.reasons]).toEqual(['ready', []]);
    expect(await inEffect()).toEqual([late]);
  });

  test('ends those whose findings it no longer finds, and no others', async () => {
    const closing = known({ id: 'aaaaaaaaaaaa', code: 'MIRROR_STOPPED' });
    const timed = known({ id: 'bbbbbbbbbbbb', code: 'MIRROR_STOPPED', until: snapshot.atMs + 1 });
    const later = known({ id: 'cccccccccccc', code: 'MIRROR_STOPPED', at: snapshot.atMs });
    for (const one of [closing, timed, later]) await store.add(one);
    await audit(new FakeHistory(null), undefined, { acknowledgements: store });
    expect((await inEffect()).map(({ id }) => id)).toEqual([timed.id, later.id]);
    const [ended] = await store.list('A->B', snapshot.atMs);
    expect(ended).toEqual({ ...closing, ending: { kind: 'closed', at: snapshot.atMs } });
  });

  test('ends none if it is limited to some groups or topics: it does not see the whole flow', async () => {
    await store.add(known({ code: 'MIRROR_STOPPED' }));
    for (const filter of [{ group: () => true }, { topic: () => true }]) {
      await audit(undefined, filter, { acknowledgements: store });
    }
    expect(await inEffect()).toHaveLength(1);
  });

  test('that it cannot end leaves them for the next audit', async () => {
    await store.add(known({ code: 'MIRROR_STOPPED' }));
    const broken = { ...store, end: () => Promise.reject(new Error('no route')) };
    const report = await audit(undefined, undefined, { acknowledgements: broken });
    expect(report).toEqual(await audit());
    expect(await inEffect()).toHaveLength(1);
  });

  test('and rules reports what a rule turned off after the judgement', async () => {
    const policy = { ...config.policy, rules: [{ finding: 'HISTORY_NOT_RECORDED', severity: 'off' }] } as const;
    const report = await audit(new FakeHistory('full'), undefined, { config: { ...config, policy } });
    expect([report.verdict, report.suppressed]).toEqual([
      'ready',
      [{ code: 'HISTORY_NOT_RECORDED', severity: 'warning', subject: {}, rule: 0 }],
    ]);
  });
});

describe("an audit with Connect's states", () => {
  const failed = { id: 3, state: 'FAILED', worker: 'w:1', cause: 'x.Y: why' } as const;
  const source = { name: 'mirror', kind: 'source', state: 'RUNNING', worker: 'w:1', cause: null } as const;

  test('asks the reader of the flow for the flow, and reports what failed', async () => {
    const asked: string[] = [];
    const report = await audit(undefined, undefined, {
      connectors: (flow) => ({
        connectorsOf: async ({ source: from, target }) => {
          asked.push(`${flow} ${from} ${target}`);
          return { kind: 'read', value: [{ ...source, tasks: [failed] }] };
        },
      }),
    });
    expect(asked).toEqual(['A->B A B']);
    expect(report.verdict).toBe('not-ready');
    expect(report.reasons[0]).toBe('MIRROR_TASK_FAILED');
  });

  test('that are not read lists that among the parts that were not', async () => {
    const why = { what: 'connectors of A->B', cluster: 'B', error: 'CONNECT_REFUSED', message: 'no', retriable: true };
    const connectors = () => ({ connectorsOf: async () => ({ kind: 'unread', unread: why }) as const });
    const report = await audit(undefined, undefined, { connectors });
    expect(report.unread).toEqual([why]);
    expect(report.reasons).toContain('AUDIT_INCOMPLETE');
    expect(await audit(undefined, undefined, { connectors: () => null })).toEqual(await audit());
  });
});
