import { fileURLToPath } from 'node:url';
import { expect } from '@jest/globals';
import { readStateAsOf } from '../../../shared/history/read-history.ts';
import type { SnapshotStore } from '../../../shared/history/snapshot-store.ts';
import { runUntilKilled } from '../../run-until-killed.ts';
import { BEGIN, MINUTE, openWriter, terms } from '../history/recorded-flow.ts';
import { auditState, GROUPS, group, KILL_AUDITS, markOf, scattered } from './kill-audits.ts';

interface Place {
  readonly place: string;
  readonly table: string;
  readonly store: () => SnapshotStore;
}

/**
 * Runs a writer in a process of its own that dies by SIGKILL after its first write, its second, and so on until it gets
 * through. Each time: what it acknowledged is there and right, nothing is torn, and going on completes.
 */
export async function killAtEveryWrite(
  kind: 'sqlite' | 'dynamodb',
  prepare: (step: number) => Promise<Place>,
): Promise<{ readonly steps: number }> {
  for (let step = 1; step < 100; step++) {
    const { place, table, store: open } = await prepare(step);
    const { acknowledged, killed } = await runWriter([kind, place, table, String(BEGIN), String(step)]);
    const store = open();
    const seen = await readStateAsOf(store, 'A->B', BEGIN + KILL_AUDITS * MINUTE, BEGIN);
    expect(seen?.passedOver ?? []).toEqual([]);
    if (acknowledged > 0) {
      const at = seen?.heldUntil ?? 0;
      expect(at).toBeGreaterThanOrEqual(BEGIN + (acknowledged - 1) * MINUTE);
      expect(seen?.state.get(group(0))).toBe(markOf((at - BEGIN) / MINUTE));
    }
    const writer = await openWriter(store, BEGIN + KILL_AUDITS * MINUTE, { owner: 'next' });
    const head = await store.head('A->B');
    const done = head?.tail === null || head?.tail === undefined ? -1 : (head.tail.heldUntil - BEGIN) / MINUTE;
    for (let audit = done + 1; audit < KILL_AUDITS; audit++) {
      const state = auditState(writer, BEGIN, audit, GROUPS[kind]);
      await writer.record(state, terms(state.at));
    }
    const last = await readStateAsOf(store, 'A->B', BEGIN + KILL_AUDITS * MINUTE, BEGIN);
    expect(last?.state.get(group(0))).toBe(markOf(KILL_AUDITS - 1));
    const farthest = GROUPS[kind] - 1;
    expect(last?.state.get(group(farthest))).toBe(scattered(farthest));
    await store.close();
    if (!killed) {
      expect(acknowledged).toBe(KILL_AUDITS);
      return { steps: step };
    }
  }
  throw new Error('the writer never got through');
}

async function runWriter(
  args: readonly string[],
): Promise<{ readonly acknowledged: number; readonly killed: boolean }> {
  const script = fileURLToPath(new URL('killed-writer.ts', import.meta.url));
  const { lines, killed } = await runUntilKilled(script, args);
  return { acknowledged: lines.length, killed };
}
