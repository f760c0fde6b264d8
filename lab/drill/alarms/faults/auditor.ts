import type { Fault } from '../fault.ts';

export const auditorKilled: Fault = {
  name: 'the auditor is killed during each audit',
  inflict: async ({ cloud }) => {
    for (const one of cloud.scheduled) one.killDuringInvocations(true);
  },
  heal: async ({ cloud }) => {
    for (const one of cloud.scheduled) one.killDuringInvocations(false);
    // As the runbook says of the failures that wait.
    cloud.purgeQueues();
  },
};

export const scheduleDisabled: Fault = {
  name: 'the schedule is disabled',
  inflict: async ({ cloud }) => cloud.schedule(false),
  heal: async ({ cloud }) => cloud.schedule(true),
};

export const tableGone: Fault = {
  name: 'the table of the history is gone',
  inflict: ({ cloud }) => cloud.deleteTables(),
  heal: ({ cloud }) => cloud.createTables(),
};
