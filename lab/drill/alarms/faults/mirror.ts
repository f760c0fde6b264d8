import type { Fault } from '../fault.ts';

export const mm2Killed: Fault = {
  name: 'MM2 is killed',
  withinMinutes: 3,
  inflict: ({ mm2 }) => mm2.kill(),
  heal: ({ mm2 }) => mm2.start(),
};

export const linkCut: Fault = {
  name: 'the link of MM2 to the source is cut',
  inflict: ({ a }) => a.link.cut(),
  heal: ({ a }) => a.link.heal(),
};

export const taskFailed: Fault = {
  name: 'a task of MM2 fails',
  inflict: (world) => world.failTask(),
  heal: (world) => world.healTask(),
};
