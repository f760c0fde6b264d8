import { waitUntilGroupSynced, waitUntilSettled } from '../../mirroring.ts';
import type { LiveScenario } from '../live-scenario.ts';

const NAMES = [
  'a:b',
  'with spaces in it',
  '100%',
  'eu/orders',
  'say "hi"',
  'Größe-データ',
  'x.y-z_1',
  "o'clock",
  '\\d+',
  '{}',
];

export const oddGroupNames: LiveScenario = {
  name: 'odd-group-names',
  title: 'groups with odd names, and those that MM2 never mirrors',
  async play(stage) {
    const { a, b, writer } = stage;
    await a.admin.createTopics({ 'odd.topic_name-1': { partitions: 2 } });
    for (const partition of [0, 1]) await writer.write('odd.topic_name-1', 300, { partition });
    for (const [i, name] of NAMES.entries()) {
      await a.admin.commitOffsets(name, 'odd.topic_name-1', { 0: BigInt(300 - i), 1: 300n });
    }
    await a.admin.commitOffsets('console-consumer-4711', 'odd.topic_name-1', { 0: 5n });
    const mm2 = await stage.startMm2();
    const mirroring = { source: a, target: b, topic: 'odd.topic_name-1', mm2 };
    await waitUntilSettled(mirroring);
    for (const name of NAMES) await waitUntilGroupSynced(mirroring, name);
    await stage.moment('settled', {
      also: ({ report }) => {
        const groups = new Set(report.groups.map(({ group }) => group));
        const absent = NAMES.filter((name) => !groups.has(name)).map((name) => `group ${name} is missing`);
        return groups.has('console-consumer-4711') ? [...absent, 'an excluded group is audited'] : absent;
      },
    });
  },
};
