import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { clientsElsewhere, type EarlierRun } from '../../../../shared/domain/failover/clients-elsewhere.ts';

const CLUSTERS = ['A', 'B', 'C'] as const;
const TOPICS = ['orders', 'payments'] as const;
const move = fc.record({ to: fc.constantFrom(...CLUSTERS), topics: fc.subarray([...TOPICS], { minLength: 1 }) });

/** Runs of the identity policy that each lead the clients of some topics on, and where every topic's clients are then. */
function led(moves: readonly { readonly to: string; readonly topics: readonly string[] }[]) {
  const at = new Map<string, string>(TOPICS.map((topic) => [topic, 'A']));
  const runs: EarlierRun[] = [];
  for (const [i, { to, topics }] of moves.entries()) {
    const from = at.get(topics[0] ?? '') ?? '';
    const moved = topics.filter((topic) => at.get(topic) === from);
    if (from === to) continue;
    const names = moved.map((topic) => ({ topic, targetTopic: topic, partitions: 1 }));
    runs.unshift({ kind: 'led', run: `run-${i}`, flow: `${from}->${to}`, topics: names });
    for (const topic of moved) at.set(topic, to);
  }
  return { at, runs };
}

test('a flow may begin exactly where the clients of a topic are, however often they were led on', () => {
  fc.assert(
    fc.property(
      fc.array(move, { maxLength: 8 }),
      fc.constantFrom(...TOPICS),
      fc.constantFrom(...CLUSTERS),
      (moves, topic, cluster) => {
        const { at, runs } = led(moves);
        const gate = clientsElsewhere(cluster, [topic], runs);
        const wereThere = cluster === 'A' || runs.some((run) => run.kind === 'led' && isTo(run, cluster, topic));
        if (at.get(topic) === cluster) expect(gate).toBeNull();
        else if (wereThere) expect(gate?.code).toBe('CLIENTS_ELSEWHERE');
      },
    ),
  );
});

function isTo({ flow, topics }: Extract<EarlierRun, { kind: 'led' }>, cluster: string, topic: string): boolean {
  return flow.endsWith(`->${cluster}`) && topics.some(({ targetTopic }) => targetTopic === topic);
}

const renamed: EarlierRun = {
  kind: 'led',
  run: 'run-1',
  flow: 'A->B',
  topics: [{ topic: 'orders', targetTopic: 'A.orders', partitions: 1 }],
};

test.each([
  ['the name on the cluster that clients left', 'A', ['orders'], true],
  ['a topic that was not moved', 'A', ['payments'], false],
  ['the name on the other cluster', 'A', ['A.orders'], false],
  ['nothing, because no topic could be read', 'A', [], true],
  ['the copy on the cluster that clients were led to', 'B', ['A.orders'], false],
  ['a cluster that no run has to do with', 'C', ['orders'], false],
])('names are compared as they are on the cluster: %s', (_, cluster, topics, refuses) => {
  expect(clientsElsewhere(cluster, topics, [renamed]) !== null).toBe(refuses);
});

test('a damaged record may be of any flow, and counts as long as no later run says where the clients are', () => {
  const damaged: EarlierRun = { kind: 'unreadable', run: 'run-2' };
  expect(clientsElsewhere('B', ['A.orders'], [damaged, renamed])?.reason).toContain('run run-2 is damaged');
  expect(clientsElsewhere('B', ['A.orders'], [renamed, damaged])).toBeNull();
});
