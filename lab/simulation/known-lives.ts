import type { Step } from './step.ts';

/**
 * A life that once produced a wrong position, and the lesson from it. The test suite and `npm run explore` replay each
 * one.
 */
export interface KnownLife {
  readonly name: string;
  readonly taught: string;
  /** Nothing that MM2 wrote shows what broke. These lives are known to get wrong answers (docs/translation.md). */
  readonly unseen?: true;
  readonly steps: readonly Step[];
}

export const KNOWN_LIVES: readonly KnownLife[] = [
  {
    name: 'unfinished re-mirroring',
    taught: 'records that MM2 has yet to write again are only before the restart (decision 3)',
    steps: [
      { do: 'produce', records: 34 },
      { do: 'mirror', records: 34, syncs: 99 },
      { do: 'kill' },
      { do: 'mirror', records: 4, syncs: 99 },
      { do: 'flush' },
    ],
  },
  {
    name: 'recreated after deleted records',
    taught: 'a sync whose record is deleted and that is older than the whole source log may belong to an earlier topic',
    steps: [
      { do: 'recreate-source', records: 2 },
      { do: 'mirror', records: 2, syncs: 1 },
      { do: 'recreate-source', records: 1 },
      { do: 'mirror', records: 1, syncs: 0 },
      { do: 'delete-records', offsets: 1 },
      { do: 'marker' },
      { do: 'produce', records: 1 },
      { do: 'produce', records: 2 },
    ],
  },
  {
    name: 'recreated, and no record left',
    taught: 'a source log without any record cannot confirm a sync, wherever the log starts',
    steps: [
      { do: 'recreate-source', records: 12 },
      { do: 'mirror', records: 12, syncs: 99 },
      { do: 'recreate-source', records: 1 },
      { do: 'mirror', records: 1, syncs: 0 },
      { do: 'delete-records', offsets: 1 },
      { do: 'gap', offsets: 12 },
    ],
  },
  {
    name: 'oldest records compacted',
    taught:
      'a sync older than the first record shows nothing if compaction removed its own record: the topic is the same one',
    steps: [
      { do: 'gap', offsets: 1 },
      { do: 'produce', records: 1 },
      { do: 'gap', offsets: 1 },
      { do: 'mirror', records: 1, syncs: 99 },
      { do: 'produce', records: 4 },
      { do: 'mirror', records: 1, syncs: 0 },
      { do: 'restart' },
      { do: 'compact-source', keep: 2 },
    ],
  },
  {
    name: 'compaction took the syncs from before two restarts',
    taught: 'more records than offsets before the first known sync: MM2 may have to write the last of them again',
    steps: [
      { do: 'produce', records: 46 },
      { do: 'mirror', records: 46, syncs: 99 },
      { do: 'kill' },
      { do: 'mirror', records: 12, syncs: 2 },
      { do: 'kill' },
      { do: 'mirror', records: 9, syncs: 0 },
      { do: 'mirror', records: 36, syncs: 99 },
      { do: 'gap', offsets: 1 },
      { do: 'compact-syncs' },
      { do: 'gap', offsets: 1 },
    ],
  },
  {
    name: 'recreated and hidden by a gap',
    taught: 'the records of a new topic cancel out with a gap if the syncs in between were lost',
    unseen: true,
    steps: [
      { do: 'produce', records: 11 },
      { do: 'mirror', records: 11, syncs: 99 },
      { do: 'flush' },
      { do: 'recreate-source', records: 5 },
      { do: 'gap', offsets: 11 },
      { do: 'produce', records: 5 },
      { do: 'mirror', records: 20, syncs: 0 },
      { do: 'flush' },
      { do: 'delete-records', offsets: 12 },
    ],
  },
];
