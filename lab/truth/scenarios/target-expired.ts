import { join } from 'node:path';
import { runTidemark } from '../../demo/run-tidemark.ts';
import { waitUntilGroupSynced, waitUntilSettled } from '../../mirroring.ts';
import type { LiveScenario } from '../live-scenario.ts';
import type { LiveStage } from '../live-stage.ts';
import { waitUntilAt } from '../wait-until-at.ts';

export const targetExpired: LiveScenario = {
  name: 'target-expired',
  title: 'the target deletes records that a group has not read: they are lost to it, until it has caught up',
  async play(stage) {
    const { a, b, writer } = stage;
    await a.admin.createTopics({ t: {} });
    const mm2 = await stage.startMm2();
    await writer.write('t', 600);
    await a.admin.commitOffsets('behind', 't', { 0: 100n });
    await a.admin.commitOffsets('head', 't', { 0: 600n });
    const mirroring = { source: a, target: b, topic: 't', mm2 };
    await waitUntilSettled(mirroring);
    await waitUntilGroupSynced(mirroring, 'behind');
    await waitUntilAt(b, 'head', 'A.t', 600n);
    const well = { healthy: true, mm2: 'alive' } as const;
    await stage.moment('before', well);
    await b.admin.deleteRecords('A.t', 0, 400n);
    const expired = {
      expect: ['GROUP_RECORDS_EXPIRED'],
      // MM2 leaves the group before the log's begin: there auto.offset.reset decides, which may be `latest`.
      allow: ['TARGET_POSITION_SKIPS'],
      verdict: ['not-ready'],
      mm2: 'alive',
    } as const;
    await stage.moment('the target starts at 400, a group has read up to 100', expired);
    await stage.moment('the same for an audit without a history', { ...expired, withoutMemory: true });
    const refused = await planRestore(stage, 'behind');
    await stage.moment('a plan to put the group there', { ...expired, also: () => refused });
    await a.admin.commitOffsets('behind', 't', { 0: 600n });
    await waitUntilAt(b, 'behind', 'A.t', 600n);
    await stage.moment('the group has caught up', well);
    await writer.write('t', 50);
    await waitUntilSettled(mirroring);
    await stage.moment('50 more arrive', well);
    await b.admin.deleteRecords('A.t', 0, -1n);
    await stage.moment('all are deleted before any group reads them', expired);
    for (const group of ['behind', 'head']) await a.admin.commitOffsets(group, 't', { 0: 650n });
    for (const group of ['behind', 'head']) await waitUntilAt(b, group, 'A.t', 650n);
    await stage.moment('the groups have read them on the source', well);
  },
};

/** Plans to restore the group to its present position on the target; returns what is wrong unless that is refused. */
async function planRestore(stage: LiveStage, group: string): Promise<string[]> {
  const common = ['--mm2', stage.mm2PropertiesFile(), '--history', join(stage.lab.folder, 'history.db')];
  await runTidemark(['audit', ...common, '--format', 'json']);
  const flags = ['--group', group, '--onto', 'target', '--even-if-mm2-syncs', '--verify', '--format', 'json'];
  const asOf = ['--as-of', new Date().toISOString()];
  const { stdout } = await runTidemark(['restore', 'plan', ...asOf, ...flags, ...common]);
  const { refusals } = JSON.parse(stdout) as { refusals: { code: string }[] };
  const codes = refusals.map(({ code }) => code);
  return codes.includes('OUTSIDE_LOG') ? [] : [`the plan was refused for ${codes.join(', ') || 'nothing'}`];
}
