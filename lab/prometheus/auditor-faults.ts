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
        // As for the deployment: writes fail at once. A lock would keep `serve` busy for longer than audits are apart here.
        inflict: async ({ history }) => rename(history, 'head', 'gone'),
        heal: async ({ history }) => rename(history, 'gone', 'head'),
      },
    ],
  ]);
}

function rename(history: string, table: string, name: string): void {
  const database = new DatabaseSync(history, { timeout: 5_000 });
  try {
    database.exec(`ALTER TABLE ${table} RENAME TO ${name}`);
  } finally {
    database.close();
  }
}
