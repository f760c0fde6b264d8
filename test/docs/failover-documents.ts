import { renderFailoverJson } from '../../cli/verbs/failover/json.ts';
import { gatesOf } from '../../shared/domain/failover/gates.ts';
import { TidemarkError } from '../../shared/domain/model/errors.ts';
import { begin } from '../shared/failover/begin-run.ts';
import { FakeFailback } from '../shared/failover/failback-world.ts';
import { FakeWorld } from '../shared/failover/failover-world.ts';

/** Runs in several states, as `tidemark.failover/1` prints them. */
export async function failoverDocuments(): Promise<readonly unknown[]> {
  const completed = await begin(new FakeWorld());
  await completed.run();
  const stopped = await begin(new FakeWorld());
  stopped.fake.hazard = (what) => {
    if (what === 'mirror=true') throw new TidemarkError('DOWN', 'Connect does not answer');
  };
  await stopped.run();
  const dead = new FakeWorld();
  dead.sourceDown = true;
  const waiting = await begin(dead, 'planned');
  const gates = gatesOf({
    mode: 'planned',
    report: dead.report(),
    sourceDown: true,
    targetDown: false,
    rpoRecords: 0n,
    hasMirrorControl: false,
    hasFence: true,
    groups: new Set(),
    now: 0,
  });
  const unaccepted = await waiting.stored();
  const accepted = {
    ...unaccepted,
    record: {
      ...unaccepted.record,
      subject: {
        ...unaccepted.record.subject,
        clusters: { source: null, target: null },
        accepted: ['LOSS_UNKNOWN' as const],
        rpoRecords: null,
        rtoSeconds: null,
      },
    },
  };
  const faults = [
    { code: 'DOWN', reason: 'Connect does not answer', remedy: 'start it' },
    { code: 'DOWN', reason: 'Connect does not answer', remedy: null },
  ];
  const back = await begin(new FakeFailback(), 'failback');
  await back.run();
  return [
    renderFailoverJson(await back.stored(), { gates: [], faults: [] }),
    renderFailoverJson(await completed.stored(), { gates: [], faults: [] }),
    renderFailoverJson(await stopped.stored(), { gates: [], faults }),
    renderFailoverJson(accepted, { gates, faults: [] }),
  ].map((text): unknown => JSON.parse([...text].join('')));
}
