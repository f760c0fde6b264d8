import { DatabaseSync } from 'node:sqlite';
import { auditorKilled, scheduleDisabled, tableGone } from '../drill/alarms/faults/auditor.ts';
import { flowRefused } from '../drill/alarms/faults/clusters.ts';
import { C_PASSWORD } from '../drill/alarms/world.ts';
import type { ServeProcess } from './serve-process.ts';

/** Where the passwords of the worlds are. */
export const PASSWORDS = { C_PASSWORD } as const;

export interface ServeFault {
  inflict(serve: ServeProcess): Promise<void>;
  heal(serve: ServeProcess): Promise<void>;
}

const killed: ServeFault = {
  inflict: (serve) => serve.kill(),
  heal: (serve) => serve.start(PASSWORDS),
};

/** Faults that strike what audits: the same for `tidemark serve`. */
export function auditorFaults(): ReadonlyMap<string, ServeFault> {
  let lock: DatabaseSync | undefined;
  return new Map<string, ServeFault>([
    [auditorKilled.name, killed],
    [scheduleDisabled.name, killed],
    [
      flowRefused.name,
      {
        inflict: async (serve) => {
          await serve.kill();
          await serve.start({ C_PASSWORD: 'wrong' });
        },
        heal: async (serve) => {
          await serve.kill();
          await serve.start(PASSWORDS);
        },
      },
    ],
    [
      tableGone.name,
      {
        // Somebody else has the file: nothing can be written to it.
        inflict: async ({ history }) => {
          lock = new DatabaseSync(history, { timeout: 5_000 });
          lock.exec('BEGIN EXCLUSIVE');
        },
        heal: async () => lock?.close(),
      },
    ],
  ]);
}
