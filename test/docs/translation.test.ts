import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { PartitionMapping } from '../../shared/domain/mirror/mapping.ts';
import { SyncHistory } from '../../shared/domain/mirror/syncs/sync-history.ts';
import { positionOf, translate } from '../../shared/domain/mirror/translation.ts';

const text = readFileSync(join(import.meta.dirname, '../../docs/translation.md'), 'utf8');

function rows(heading: string): string[][] {
  const [, table = ''] = text.split(`| ${heading} |`);
  const lines = table.split('\n').slice(2);
  return lines.slice(0, lines.indexOf('')).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

test('the figures of the worked example in docs/translation.md are those of the code', () => {
  const history = new SyncHistory();
  for (const [, upstream = '', downstream = ''] of rows('sync')) {
    history.push({ upstream: BigInt(upstream), downstream: BigInt(downstream), timestamp: 0n });
  }
  const mapping = new PartitionMapping({ history, target: { start: 0n, end: 580n }, sourceEnd: 1_240n });
  const examples = rows('commit');
  expect(examples).toHaveLength(5);
  for (const [commit = '', ...figures] of examples) {
    const answer = positionOf(translate(mapping, BigInt(commit)));
    if (answer.kind === 'unknown') throw new Error(answer.reason);
    const { position, high, proof, rereadAtMost } = answer;
    expect([commit, ...figures]).toEqual([commit, String(position), String(high), proof, String(rereadAtMost)]);
  }
});
