import { done } from '../../agent-schemas.ts';
import { waitUntilSettled } from '../../mirroring.ts';
import { waitUntil } from '../../wait-until.ts';
import type { LiveScenario } from '../live-scenario.ts';
import { waitUntilAt } from '../wait-until-at.ts';

export const otherGroups: LiveScenario = {
  name: 'other-groups',
  title: 'share groups and streams groups beside classic ones, which MM2 does not translate',
  async play(stage) {
    const { a, b, writer } = stage;
    await a.admin.createTopics({ t: {} });
    const mm2 = await stage.startMm2();
    const mirroring = { source: a, target: b, topic: 't', mm2 };
    await writer.write('t', 300);
    await a.admin.commitOffsets('classic', 't', { 0: 300n });
    await waitUntilSettled(mirroring);
    await waitUntilAt(b, 'classic', 'A.t', 300n);
    const well = { healthy: true, mm2: 'alive' } as const;
    await stage.moment('a classic group', well);
    await a.admin.call('startShareConsumer', { group: 'sharing', topic: 't' }, done);
    await waitUntil('the share group to have members', async () =>
      (await a.admin.listGroups()).some(({ group, state }) => group === 'sharing' && state === 'Stable'),
    );
    await stage.moment('a share group has no position that MM2 translates', well);
    await a.admin.call('commitStreamsOffset', { group: 'streaming', topic: 't', partition: 0, offset: '120' }, done);
    const types = new Map((await a.admin.listGroups()).map(({ group, type }) => [group, type.toLowerCase()]));
    if (types.get('sharing') !== 'share' || types.get('streaming') !== 'streams') {
      throw new Error(`the groups are of other types: ${JSON.stringify([...types])}`);
    }
    const untold = ({ report }: { report: { groups: readonly { group: string }[] } }): string[] =>
      report.groups.some(({ group }) => group === 'streaming') ? [] : ['the streams group is not in the report'];
    // MM2 lists classic groups and those of KIP-848 only: a streams group starts anywhere after a failover.
    const told = { expect: ['CHECKPOINT_NEVER_EMITTED'], verdict: ['at-risk'], mm2: 'alive', also: untold } as const;
    await writer.write('t', 50);
    await waitUntilSettled(mirroring);
    await stage.moment('a streams group at 120', told);
    await stage.moment('the same for an audit without a history', { ...told, withoutMemory: true });
  },
};
