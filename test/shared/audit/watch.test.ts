import { describe, expect, test } from '@jest/globals';
import { NothingAuditedError } from '../../../shared/audit/run-audit.ts';
import { type WatchEvent, type WatchRequest, watch } from '../../../shared/audit/watch.ts';
import { AuthenticationError } from '../../../shared/domain/model/errors.ts';
import type { AuditReport } from '../../../shared/domain/model/report.ts';
import { finding, flow } from '../../cli/verbs/sample-report.ts';

/** A watch with simulated time: waiting takes no real time. */
class Time {
  now = 1_000;
  readonly begun: number[] = [];
  readonly waited: number[] = [];
  readonly #takes: readonly number[];
  readonly #outcomes: readonly (Error | AuditReport['flows'])[];

  constructor(takes: readonly number[], outcomes: readonly (Error | AuditReport['flows'])[] = []) {
    this.#takes = takes;
    this.#outcomes = outcomes;
  }

  request(count: number): WatchRequest {
    return {
      intervalMs: 60_000,
      count,
      clock: { now: () => this.now },
      wait: async (ms) => {
        this.waited.push(ms);
        this.now += ms;
      },
      audit: async () => {
        const index = this.begun.push(this.now) - 1;
        const at = this.now;
        this.now += this.#takes[index] ?? 0;
        const outcome = this.#outcomes[index] ?? [flow({ findings: [], verdict: 'ready' })];
        if (outcome instanceof Error) throw outcome;
        return { at, flows: outcome };
      },
    };
  }
}

async function all(request: WatchRequest): Promise<WatchEvent[]> {
  const events: WatchEvent[] = [];
  for await (const event of watch(request)) events.push(event);
  return events;
}

describe('a watch', () => {
  test('audits from start to start, and ends after the last one without waiting', async () => {
    const time = new Time([5_000, 0, 59_999, 1]);
    await all(time.request(4));
    expect(time.begun).toEqual([1_000, 61_000, 121_000, 181_000]);
    expect(time.waited).toEqual([55_000, 60_000, 1]);
  });

  test('runs one audit at a time, and skips the starts that a long one missed', async () => {
    const time = new Time([60_000, 130_000, 1]);
    await all(time.request(3));
    expect(time.begun).toEqual([1_000, 61_000, 241_000]);
  });

  test('reports for each flow which findings opened and closed', async () => {
    const stopped = flow({ findings: [finding()] });
    const fine = flow({ findings: [], verdict: 'ready' });
    const other = flow({ flow: 'B->A', findings: [finding()] });
    const time = new Time(
      [],
      [
        [fine, other],
        [stopped, other],
        [fine, other],
      ],
    );
    const events = await all(time.request(3));
    expect(
      events.map((event) => [
        event.kind,
        event.kind === 'opened' || event.kind === 'closed' ? event.flow : '',
        event.at,
      ]),
    ).toEqual([
      ['audit', '', 1_000],
      ['audit', '', 1_000],
      ['opened', 'B->A', 1_000],
      ['audit', '', 61_000],
      ['opened', 'A->B', 61_000],
      ['audit', '', 61_000],
      ['audit', '', 121_000],
      ['closed', 'A->B', 121_000],
      ['audit', '', 121_000],
    ]);
  });

  test('a failed audit is an event; open findings stay open', async () => {
    const stopped = flow({ findings: [finding()] });
    const time = new Time([], [[stopped], new NothingAuditedError(['A refused', 'B refused']), [stopped]]);
    const events = await all(time.request(3));
    expect(events.map(({ kind }) => kind)).toEqual(['audit', 'opened', 'failed', 'audit']);
    expect(time.begun).toEqual([1_000, 61_000, 121_000]);
  });

  test('a first audit with unreachable clusters is a failed audit; refused credentials end the watch', async () => {
    const unreadable = new Time([], [new NothingAuditedError(['A refused'])]);
    expect((await all(unreadable.request(2))).map(({ kind }) => kind)).toEqual(['failed', 'audit']);
    const refused = new Time([], [new AuthenticationError('A', 'who?')]);
    await expect(all(refused.request(2))).rejects.toThrow('who?');
    expect(refused.begun).toHaveLength(1);
  });

  test('credentials that are refused later are an event; a defect always ends it', async () => {
    const fine = [flow({ findings: [] })];
    const expired = new Time([], [fine, new AuthenticationError('A', 'expired'), fine]);
    expect((await all(expired.request(3))).map(({ kind }) => kind)).toEqual(['audit', 'failed', 'audit']);
    await expect(all(new Time([], [fine, new TypeError('x is undefined')]).request(3))).rejects.toThrow(TypeError);
  });
});
