import type { LiveScenario } from '../live-scenario.ts';

export const neverStarted: LiveScenario = {
  name: 'never-started',
  title: 'MM2 was never started: a failover would lose everything',
  async play(stage) {
    const { a, writer } = stage;
    await a.admin.createTopics({ t: { partitions: 2 }, empty: {} });
    for (const partition of [0, 1]) await writer.write('t', 250, { partition });
    await a.admin.commitOffsets('g', 't', { 0: 10n, 1: 250n });
    await stage.moment('500 records, none mirrored', { expect: ['MIRROR_NEVER_STARTED'] });
  },
};
