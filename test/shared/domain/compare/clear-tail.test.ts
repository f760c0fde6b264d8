import { describe, expect, test } from '@jest/globals';
import { settlePositions } from '../../../../shared/domain/compare/settle-positions.ts';
import { SourceRecords } from '../../../../shared/domain/compare/source-records.ts';
import { PartitionMapping } from '../../../../shared/domain/mirror/mapping.ts';
import { type NewPoint, SyncHistory } from '../../../../shared/domain/mirror/syncs/sync-history.ts';
import { stretch } from './letters.ts';

interface Case {
  readonly syncs?: readonly (readonly [upstream: bigint, downstream: bigint])[];
  readonly source: string;
  readonly target: string;
  /** Target offsets that were read; all of them if absent. */
  readonly read?: readonly [from: bigint, until: bigint];
  readonly exactlyOnce?: boolean;
}

function tailOf({ syncs = [[0n, 0n]], source, target, read, exactlyOnce = false }: Case): unknown {
  const [onSource, onTarget] = [stretch(source), stretch(target)];
  const points = syncs.map(([upstream, downstream]): NewPoint => ({ timestamp: 0n, upstream, downstream }));
  const mapping = new PartitionMapping({
    history: SyncHistory.of(points),
    target: { start: 0n, end: onTarget.until },
    sourceEnd: onSource.until,
    exactlyOnce,
  });
  const [from, until] = read ?? [0n, onTarget.until];
  const records = onTarget.records.filter(({ offset }) => offset >= from && offset < until);
  const compared = new SourceRecords([onSource], { start: 0n, end: onSource.until });
  const { tail } = settlePositions(mapping, [], [{ from, until, records }], compared, 'not compared');
  return tail === null ? null : [tail.upstream, tail.downstream];
}

describe('the end of a target log', () => {
  test.each<[string, Case, unknown]>([
    ['copies in order, without what the source has compacted', { source: 'ab.defg', target: 'abdefg' }, [6n, 5n]],
    ['MM2 has not come to the end of the source yet', { source: 'abcdefgh', target: 'abcde' }, [4n, 4n]],
    ['read from the record after the newest sync', { source: 'abcdefg', target: 'abcdefg', read: [1n, 7n] }, [6n, 6n]],
    ['nothing after the newest sync', { syncs: [[6n, 6n]], source: 'abcdefg', target: 'abcdefg' }, null],
    ['records written again after a restart', { source: 'abcdefghij', target: 'abcdbcde' }, null],
    ['one record written again', { source: 'abcdefghij', target: 'abcdd' }, null],
    ['a record that is not from the source', { source: 'abcdefg', target: 'abcXdef' }, null],
    ['not read to its end', { source: 'abcdefg', target: 'abcdefg', read: [0n, 6n] }, null],
    ['not read from the newest sync on', { source: 'abcdefg', target: 'abcdefg', read: [2n, 7n] }, null],
    ['transaction markers of MM2', { source: 'abcdefg', target: 'abc.defg.', exactlyOnce: true }, null],
    ['the record of the newest sync written again', { source: 'a.c', target: 'aac' }, null],
    ['the record of the newest sync was changed on the way', { source: 'abc', target: 'TBc' }, null],
    ['a sync names another record', { syncs: [[1n, 2n]], source: 'abcdefg', target: 'abcdefg' }, null],
  ])('%s', (_, of, tail) => {
    expect(tailOf(of)).toEqual(tail);
  });
});
