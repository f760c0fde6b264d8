import type { World } from './world.ts';

/** Something that goes wrong, and how it is put right. */
export interface Fault {
  /** As in the table of docs/runbook.md, which names its alarms. */
  readonly name: string;
  /** The flows of which it raises alarms; `A->B` if absent. */
  readonly flows?: readonly string[];
  /** The most minutes until somebody is notified; no limit if absent. */
  readonly withinMinutes?: number;
  /** Whether MM2 is stopped for a while to inflict or to heal it. */
  readonly stopsMirror?: true;
  /** Before the fault, while all is well. */
  prepare?(world: World): Promise<void>;
  inflict(world: World): Promise<void>;
  heal(world: World): Promise<void>;
}
