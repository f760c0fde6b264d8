import { freePorts } from '../../free-port.ts';
import { waitUntilSettled } from '../../mirroring.ts';
import type { LiveScenario } from '../live-scenario.ts';
import { waitUntilAt } from '../wait-until-at.ts';

export const exactlyOnceLater: LiveScenario = {
  name: 'exactly-once-later',
  title: 'exactly-once is switched on after a time of plain mirroring, and off again',
  async play(stage) {
    const { a, b, writer } = stage;
    await a.admin.createTopics({ t: {} });
    let mm2 = await stage.startMm2();
    const write = async (counts: readonly number[]): Promise<void> => {
      for (const count of counts) {
        await writer.write('t', count);
        await waitUntilSettled({ source: a, target: b, topic: 't', mm2 });
      }
      const [from] = await a.admin.listOffsets('t');
      await a.admin.commitOffsets('head', 't', { 0: from?.highWatermark ?? 0n });
      const last = (await b.admin.tail('A.t', 0, 10, 'read_uncommitted')).at(-1);
      await waitUntilAt(b, 'head', 'A.t', (last?.offset ?? -1n) + 1n);
    };
    const well = { healthy: true, mm2: 'alive' } as const;
    await write([300]);
    await stage.moment('plain', well);
    await mm2.stop();
    const [port] = await freePorts(1);
    stage.configureMm2({
      'B.exactly.once.source.support': 'enabled',
      'dedicated.mode.enable.internal.rest': 'true',
      listeners: `http://127.0.0.1:${port}`,
      'B.producer.transaction.timeout.ms': '8000',
    });
    mm2 = await stage.startMm2();
    await write([40, 30]);
    await stage.moment('exactly-once', well);
    await stage.moment('the same for an audit without a history', { ...well, withoutMemory: true });
    await a.admin.commitOffsets('behind', 't', { 0: 333n });
    // Farther back MM2 may have no position: it forgot older syncs at its restart.
    await stage.moment('a group farther back', { allow: ['CHECKPOINT_NEVER_EMITTED'], verdict: ['ready', 'at-risk'] });
    await mm2.stop();
    await a.admin.deleteGroups('behind');
    stage.configureMm2({
      'B.exactly.once.source.support': undefined,
      'dedicated.mode.enable.internal.rest': 'false',
      listeners: undefined,
      'B.producer.transaction.timeout.ms': undefined,
    });
    mm2 = await stage.startMm2();
    await write([25]);
    await stage.moment('plain again', {
      ...well,
      healthy: false,
      verdict: ['ready', 'at-risk'],
      allow: ['FOREIGN_WRITES'],
    });
  },
};
