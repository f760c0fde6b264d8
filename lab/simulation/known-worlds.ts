import type { WholeLife } from './audited-world.ts';
import type { WorldTerms } from './simulated-world.ts';

/** A life of two clusters that an audit once reported wrongly, and the lesson from it. */
export interface KnownWorld extends WholeLife {
  readonly name: string;
  readonly taught: string;
}

const USUAL: WorldTerms = { isolation: 'read_uncommitted', connect: false, equal: 1, ahead: { producers: 0, mm2: 0 } };

/** The test suite and `npm run explore` replay each one. */
export const KNOWN_WORLDS: readonly KnownWorld[] = [
  {
    name: 'records of the earlier topic before the first sync',
    taught:
      "target records before a new topic's first sync may be copies from the old topic: they cover nothing for certain",
    terms: USUAL,
    steps: [
      { do: 'produce', records: 2 },
      { do: 'mirror', records: 2, syncs: 99 },
      { do: 'recreate-source', records: 3 },
      { do: 'mirror', records: 1, syncs: 0 },
      { do: 'restart' },
      { do: 'mirror', records: 1, syncs: 99 },
      { do: 'mirror', records: 1, syncs: 0 },
    ],
  },
  {
    name: 'a new topic that MM2 begins again',
    taught: 'where MM2 was in a topic that is gone is no proof that it has passed the same offsets of the new one',
    terms: USUAL,
    steps: [
      { do: 'produce', records: 2 },
      { do: 'gap', offsets: 1 },
      { do: 'mirror', records: 2, syncs: 99 },
      { do: 'audit', faults: [] },
      { do: 'recreate-source', records: 1 },
    ],
  },
  {
    name: 'a clock that is ahead hides which topic a sync is about',
    taught:
      'a sync that the last audit has read is older than a topic id that this audit sees first, whatever its time',
    terms: { ...USUAL, ahead: { producers: 0, mm2: 9999 } },
    steps: [
      { do: 'produce', records: 1 },
      { do: 'mirror', records: 1, syncs: 99 },
      { do: 'audit', faults: [] },
      { do: 'recreate-source', records: 1 },
    ],
  },
  {
    name: 'clocks of producers that are ahead of a new topic',
    taught:
      'syncs that look older than the records of a new topic may be about it: where that is in doubt, its records may be anywhere on the target',
    terms: { ...USUAL, ahead: { producers: 20002, mm2: 0 } },
    steps: [
      { do: 'audit', faults: [] },
      { do: 'recreate-source', records: 1 },
      { do: 'commit', group: 'behind', before: 1 },
      { do: 'mirror', records: 1, syncs: 99 },
    ],
  },
  {
    name: 'a doubt that records settle',
    taught: 'once a doubt is settled, the end of the target log and the holes are worth a look in the same audit',
    terms: { ...USUAL, ahead: { producers: 10002, mm2: 0 } },
    steps: [
      { do: 'produce', records: 1 },
      { do: 'mirror', records: 1, syncs: 99 },
      { do: 'foreign', records: 1 },
      { do: 'produce', records: 21 },
      { do: 'audit', faults: [] },
    ],
  },
  {
    name: 'a doubt that no record settles',
    taught: 'a doubt whether the syncs hold makes it uncertain what is missing: no finding about it is critical',
    terms: { ...USUAL, ahead: { producers: 0, mm2: -30013 } },
    steps: [
      { do: 'produce', records: 12 },
      { do: 'gap', offsets: 9 },
      { do: 'mirror', records: 12, syncs: 0 },
      { do: 'flush' },
      { do: 'produce', records: 1 },
      { do: 'expire-target', offsets: 12 },
      { do: 'mirror', records: 1, syncs: 99 },
    ],
  },
  {
    name: 'an expired copy under a doubt',
    taught: 'if the old syncs may hold, the records that the target has deleted may be ones that the group needs',
    terms: { ...USUAL, ahead: { producers: 10002, mm2: 0 } },
    steps: [
      { do: 'produce', records: 1 },
      { do: 'mirror', records: 1, syncs: 1 },
      { do: 'expire-target', offsets: 1 },
      { do: 'commit', group: 'behind', before: 1 },
      { do: 'audit', faults: [] },
      { do: 'produce', records: 1 },
      { do: 'audit', faults: [] },
    ],
  },
  {
    name: 'purged before MM2 acknowledged it',
    taught: 'offsets that were deleted while the target could not be read may be mirrored: that is no critical loss',
    terms: USUAL,
    steps: [
      { do: 'produce', records: 2 },
      { do: 'mirror', records: 2, syncs: 99 },
      { do: 'delete-records', offsets: 2 },
      { do: 'audit', faults: ['target-log'] },
    ],
  },
  {
    name: 'a new topic as short as the old one',
    taught: 'a log that was that short when an audit first saw its id was not cut since',
    terms: USUAL,
    steps: [
      { do: 'produce', records: 16 },
      { do: 'gap', offsets: 4 },
      { do: 'mirror', records: 11, syncs: 0 },
      { do: 'produce', records: 1 },
      { do: 'mirror', records: 6, syncs: 2 },
      { do: 'recreate-source', records: 20 },
      { do: 'compact-source', keep: 3 },
      { do: 'audit', faults: [] },
      { do: 'sync-groups' },
    ],
  },
  {
    name: 'an expired copy of a record that the group has',
    taught: 'a verified position does not prove that the group needs what expired before it',
    terms: USUAL,
    steps: [
      { do: 'recreate-source', records: 10 },
      { do: 'open-transaction', records: 3 },
      { do: 'mirror', records: 3, syncs: 0 },
      { do: 'produce', records: 23 },
      { do: 'commit', group: 'behind', before: 35 },
      { do: 'flush' },
      { do: 'audit', faults: [] },
      { do: 'expire-target', offsets: 1 },
    ],
  },
  {
    name: 'acknowledged, and nothing on the target',
    taught: 'if the target log never had a record, all that Connect has acknowledged is missing',
    terms: { ...USUAL, connect: true },
    steps: [
      { do: 'produce', records: 1 },
      { do: 'jump', offsets: 1 },
    ],
  },
  {
    name: 'the cut took every sync',
    taught: "after a cut that left no sync, Connect's position still shows what the target must hold",
    terms: { ...USUAL, connect: true, isolation: 'read_committed' },
    steps: [
      { do: 'audit', faults: [] },
      { do: 'produce', records: 1 },
      { do: 'mirror', records: 1, syncs: 99 },
      { do: 'flush' },
      { do: 'open-transaction', records: 1 },
      { do: 'cut-target', offsets: 1 },
      { do: 'audit', faults: [] },
    ],
  },
  {
    name: 'markers in a hole',
    taught: 'one record seen in a hole does not make the other offsets records',
    terms: { ...USUAL, connect: true },
    steps: [
      { do: 'produce', records: 4 },
      { do: 'gap', offsets: 7 },
      { do: 'produce', records: 8 },
      { do: 'jump', offsets: 11 },
      { do: 'produce', records: 1 },
      { do: 'audit', faults: [] },
      { do: 'produce', records: 1 },
    ],
  },
  {
    name: 'a marker at the end of the target log',
    taught: 'a target log that ends with a marker has fewer mirrored records than offsets',
    terms: USUAL,
    steps: [
      { do: 'produce', records: 1 },
      { do: 'mirror', records: 1, syncs: 0 },
      { do: 'produce', records: 1 },
      { do: 'start-over', offsets: 1 },
      { do: 'flush' },
      { do: 'flush' },
      { do: 'marker' },
    ],
  },
  {
    name: 'purged between two syncs',
    taught: 'the offsets without counterpart of a stretch that is half purged may all be in the purged half',
    terms: USUAL,
    steps: [
      { do: 'produce', records: 12 },
      { do: 'mirror', records: 1, syncs: 1 },
      { do: 'produce', records: 8 },
      { do: 'delete-records', offsets: 16 },
      { do: 'mirror', records: 22, syncs: 0 },
      { do: 'flush' },
      { do: 'audit', faults: [] },
    ],
  },
  {
    name: 'a clock that is behind and a topic id that changed',
    taught: 'syncs that no audit had read before the id changed are about the new topic, however old they look',
    terms: { ...USUAL, ahead: { producers: 0, mm2: -20_001 } },
    steps: [
      { do: 'audit', faults: [] },
      { do: 'recreate-source', records: 12 },
      { do: 'mirror', records: 1, syncs: 99 },
      { do: 'mirror', records: 11, syncs: 1 },
      { do: 'audit', faults: [] },
      { do: 'produce', records: 10 },
    ],
  },
  {
    name: 'mirrored again after a cut',
    taught: 'a position behind the first copies skips nothing for certain if MM2 wrote the records again',
    terms: USUAL,
    steps: [
      { do: 'commit', group: 'reader', before: 0 },
      { do: 'gap', offsets: 1 },
      { do: 'produce', records: 10 },
      { do: 'mirror', records: 2, syncs: 99 },
      { do: 'move-target', group: 'reader', before: 0 },
      { do: 'audit', faults: [] },
      { do: 'cut-source', offsets: 9 },
      { do: 'mirror', records: 1, syncs: 99 },
      { do: 'flush' },
      { do: 'mirror', records: 1, syncs: 99 },
      { do: 'audit', faults: [] },
    ],
  },
  {
    name: 'foreign records beside a gap',
    taught: 'if the source has no record where the end of the target log should have come from, the reckoning is wrong',
    terms: USUAL,
    steps: [
      { do: 'produce', records: 2 },
      { do: 'mirror', records: 1, syncs: 1 },
      { do: 'audit', faults: [] },
      { do: 'foreign', records: 2 },
      { do: 'gap', offsets: 1 },
    ],
  },
  {
    name: 'a new source topic whose log could not be read',
    taught: 'a log was cut only if an audit saw that it had reached further, or if the sync came after that audit',
    terms: USUAL,
    steps: [
      { do: 'produce', records: 1 },
      { do: 'mirror', records: 1, syncs: 99 },
      { do: 'recreate-source', records: 0 },
      { do: 'audit', faults: ['source-log'] },
    ],
  },
  {
    name: 'a new target topic while the syncs could not be read',
    taught: 'syncs that the last audit missed may be older than the topic id that it saw',
    terms: USUAL,
    steps: [
      { do: 'produce', records: 1 },
      { do: 'mirror', records: 1, syncs: 99 },
      { do: 'recreate-target' },
      { do: 'audit', faults: ['syncs'] },
    ],
  },
  {
    name: 'an equal neighbour of the last record',
    taught: 'a record that equals its neighbour on the source does not show where the target log ends',
    terms: { ...USUAL, equal: 25 },
    steps: [
      { do: 'produce', records: 1 },
      { do: 'mirror', records: 1, syncs: 99 },
      { do: 'gap', offsets: 1 },
      { do: 'produce', records: 2 },
      { do: 'mirror', records: 2, syncs: 0 },
      { do: 'commit', group: 'behind', before: 1 },
      { do: 'audit', faults: [] },
    ],
  },
  {
    name: 'syncs that could not be read, after a jump',
    taught: "without syncs, the length of the target log bounds what is missing before Connect's position",
    terms: { ...USUAL, connect: true },
    steps: [
      { do: 'produce', records: 1 },
      { do: 'jump', offsets: 1 },
      { do: 'produce', records: 1 },
      { do: 'mirror', records: 1, syncs: 99 },
      { do: 'flush' },
      { do: 'audit', faults: ['syncs'] },
    ],
  },
  {
    name: 'a target that was cut before the first audit, of a source that was purged',
    taught: 'the records on a target log of which no sync holds may be the oldest ones as well as the newest',
    terms: USUAL,
    steps: [
      { do: 'produce', records: 2 },
      { do: 'mirror', records: 2, syncs: 0 },
      { do: 'flush' },
      { do: 'cut-target', offsets: 1 },
      { do: 'delete-records', offsets: 1 },
      { do: 'audit', faults: [] },
    ],
  },
];
