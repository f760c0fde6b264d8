import type { Step } from './simulated-mm2.ts';

/** A life in which a position was wrong once, and what it taught. The suite and `npm run explore` replay each. */
export interface KnownLife {
  readonly name: string;
  readonly taught: string;
  readonly steps: readonly Step[];
}

export const KNOWN_LIVES: readonly KnownLife[] = [
  {
    name: 'unfinished re-delivery',
    taught: 'records that MM2 has yet to write again stand only in front of the restart (decision 3)',
    steps: [
      { do: 'produce', records: 34 },
      { do: 'mirror', records: 34, syncs: 99 },
      { do: 'kill' },
      { do: 'mirror', records: 4, syncs: 99 },
      { do: 'flush' },
    ],
  },
];
