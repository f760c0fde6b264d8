import { expect, test } from '@jest/globals';
import {
  type ConnectorPositions,
  isOfAnotherFlow,
  positionsOfFlow,
} from '../../../../shared/domain/mirror/connect-positions.ts';
import { PartitionMap } from '../../../../shared/domain/model/partition-map.ts';
import { flowFixture } from '../model/flow-fixture.ts';

function chosen(byConnector: Readonly<Record<string, bigint>>): bigint | null {
  const positions: ConnectorPositions = new PartitionMap();
  const entries = Object.entries(byConnector).map(([name, offset]) => [name, { offset, timestamp: 0n }] as const);
  positions.set('orders', 0, new Map(entries));
  return positionsOfFlow(flowFixture(), positions).get('orders', 0)?.offset ?? null;
}

test('the position of the only connector counts, whatever its name', () => {
  expect(chosen({ MirrorSourceConnector: 500n })).toBe(500n);
  expect(chosen({ 'A->B.MirrorSourceConnector': 500n })).toBe(500n);
  expect(chosen({})).toBeNull();
});

test('of several, that of the connector which is named after the flow', () => {
  expect(chosen({ MirrorSourceConnector: 10_000n, 'A->B.MirrorSourceConnector': 500n })).toBe(500n);
  expect(chosen({ 'A->B.MirrorSourceConnector': 500n, 'A-to-C': 10_000n })).toBe(500n);
});

test('none where it is not known whose it is: two connectors mixed in one topic', () => {
  expect(chosen({ 'orders-mirror': 500n, 'old-mirror': 10_000n })).toBeNull();
  expect(chosen({ 'A->B.one': 500n, 'A->B.two': 10_000n })).toBeNull();
});

test('a name tells of another flow only where it has the form of a flow', () => {
  const flow = flowFixture();
  expect(['A->C.MirrorSourceConnector', 'A->BC.x', 'B->A.x'].map((name) => isOfAnotherFlow(flow, name))).toEqual([
    true,
    true,
    true,
  ]);
  expect(['A->B.x', 'MirrorSourceConnector', 'A-to-C'].map((name) => isOfAnotherFlow(flow, name))).toEqual([
    false,
    false,
    false,
  ]);
});
