import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { brokerProperties } from '../../../lab/broker-properties.ts';
import { planListeners } from '../../../lab/listeners.ts';
import { LAB_KAFKA_VERSION } from '../../../lab/maven-classpath.ts';
import { ClusterSecurity } from '../../../lab/security.ts';
import { parsePairs } from '../../../lab/versions/pair.ts';
import type { PairResult } from '../../../lab/versions/play-pair.ts';
import { pairTable, requestTable } from '../../../lab/versions/version-table.ts';

const DOCUMENT = readFileSync(new URL('../../../docs/versions.md', import.meta.url), 'utf8');

function resultOf(source: string, metadata: number | null): PairResult {
  const versions = new Map([['Metadata', metadata] as const]);
  return {
    pair: { source, target: '4.3.1', mm2: '3.9.1' },
    requests: { source: versions, target: new Map([['Metadata', 13] as const]) },
    verdict: 'ready',
    positions: { compared: 12, wrong: 1, exact: 5, all: 6 },
    warned: ['A: topic ids'],
    restored: 6,
    faults: ['one'],
  };
}

describe('pairs of releases', () => {
  test('are written source, target, MM2', () => {
    expect(parsePairs('2.8.2>3.9.1@4.3.1, 4.3.1>4.3.1@4.3.1')).toEqual([
      { source: '2.8.2', target: '3.9.1', mm2: '4.3.1' },
      { source: '4.3.1', target: '4.3.1', mm2: '4.3.1' },
    ]);
    expect(() => parsePairs('2.8.2')).toThrow('is not SOURCE>TARGET@MM2');
  });

  test("the lab's own is the newest of docs/versions.md", () => {
    expect(DOCUMENT).toContain(`| ${LAB_KAFKA_VERSION} | ${LAB_KAFKA_VERSION} | ${LAB_KAFKA_VERSION} | ready |`);
  });
});

test('the tables have a row for each pair, and a column for each release, oldest first', () => {
  const results = [resultOf('2.10.0', 11), resultOf('2.8.2', null)];
  expect(pairTable(results)).toContain(
    '| 2.10.0 | 4.3.1 | 3.9.1 | ready | 11 of 12 | 5 of 6 | 6 | A: topic ids | 1 |\n',
  );
  expect(requestTable(results)).toContain('| request | 2.8.2 | 2.10.0 | 4.3.1 |\n');
  expect(requestTable(results)).toContain('| Metadata | – | 11 | 13 |\n');
  for (const table of [pairTable(results), requestTable(results)])
    expect(DOCUMENT).toContain(table.split('\n')[0]?.split(' | ')[0]);
});

test('a broker with ZooKeeper has no controller of its own', async () => {
  const broker = await planListeners(1, { secured: false, internal: false, throughProxy: false });
  const plan = {
    broker,
    all: [broker],
    dataFolder: '/data',
    security: new ClusterSecurity(undefined, false, undefined),
  };
  const old = brokerProperties({ ...plan, mode: 'zookeeper', overrides: {} });
  expect(old).toMatch(/^broker\.id=1\nzookeeper\.connect=127\.0\.0\.1:\d+\nlisteners=PLAINTEXT:/);
  expect(old).not.toContain('CONTROLLER');
  const present = brokerProperties({ ...plan, mode: 'kraft', overrides: {} });
  expect(present).toMatch(/^process\.roles=broker,controller\n/);
  expect(present).not.toContain('zookeeper');
});
