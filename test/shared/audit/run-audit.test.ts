import { describe, expect, test } from '@jest/globals';
import { RecordedCluster } from '../../../lab/truth/recorded-cluster.ts';
import { type RecordedSnapshot, readRecording } from '../../../lab/truth/recording.ts';
import { configOf } from '../../../lab/truth/replay.ts';
import { runAudit } from '../../../shared/audit/run-audit.ts';
import { runbookLink } from '../../../shared/contract/finding-codes.ts';
import type { HistoryState } from '../../../shared/domain/history/history-state.ts';
import type { FlowReport } from '../../../shared/domain/model/report.ts';
import type { AuditHistory } from '../../../shared/history/audit-history.ts';
import type { FlowFilter } from '../../../shared/survey/flow-filter.ts';

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

async function audit(history?: AuditHistory, filter?: FlowFilter): Promise<FlowReport> {
  const report = await runAudit({
    config,
    reader: (alias) => new RecordedCluster(snapshot, alias),
    clock: { now: () => snapshot.atMs },
    ...(history === undefined ? {} : { history }),
    ...(filter === undefined ? {} : { filter }),
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
