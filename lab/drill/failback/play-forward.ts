import { waitUntil } from '../../wait-until.ts';
import { countGroup } from '../failover/count-group.ts';
import type { GroupOutcome } from '../failover/failover-result.ts';
import { commitsOn } from '../failover/group-commits.ts';
import { assessed, bounds, carryOut, type Done, drained, evidenceOf, leadAway, type Printed } from './carry-out.ts';
import { countLogs } from './count-logs.ts';
import type { FailbackResult } from './failback-result.ts';
import type { FailbackStage } from './failback-stage.ts';
import { beginOnA, drain, JAVA_GROUPS, killSource, LOAD, logsOf, type Read, waitUntilRead, written } from './load.ts';
import { doHarm, type Sabotage } from './sabotage.ts';

/**
 * Plays a failover from A to B under load, begins to mirror B to a third cluster, and leads everything on to that one. What
 * it has to hold is what B held: A is lost, or fenced.
 */
export async function playForward(stage: FailbackStage, sabotage: Sabotage | null): Promise<FailbackResult> {
  const { b, producers, groups, scenario } = stage;
  const [before, after]: [Read, Read] = [new Map(), new Map()];
  const isPlanned = scenario.mode === 'planned';
  await beginOnA(stage, before);
  if (!isPlanned) {
    await stage.tidemark('audit', '--flow', 'A->B');
    await killSource(stage);
  }
  const failedOver = await leadAway(stage);
  await written(stage, 'away', LOAD.away / 2);
  for (const one of JAVA_GROUPS.filter(({ readsAway }) => readsAway)) await drain(stage, 'B', one, before);
  await stage.mirrorOn();
  await written(stage, 'away', LOAD.away);

  const ledOn = await leadOn(stage);
  await refusesToLeadBack(stage, failedOver);
  const commits = await commitsOn(
    b,
    [...groups, ...JAVA_GROUPS].map(({ group }) => group),
  );
  await written(stage, 'after', LOAD.after);
  await producers.after.stop();
  await waitUntilRead(stage);
  await stage.stopGroups();
  if (sabotage !== null) await doHarm(sabotage, stage, JAVA_GROUPS[0]?.group ?? '');
  for (const one of JAVA_GROUPS) await drain(stage, 'C', one, after);
  for (const { group, in: phases } of groups) {
    before.set(group, [...phases.before.processed.source, ...phases.away.processed.target]);
    after.set(group, phases.after.processed.source);
  }
  const [onB, onC] = [await logsOf(stage, 'B'), await logsOf(stage, 'C')];
  const idsOnB = new Set([...onB.ids.values()].flat().filter((id) => id !== ''));
  const idsOnC = new Set([...onC.ids.values()].flat());
  const acknowledged = [producers.before, producers.away].flatMap((one) => one.acknowledged);
  const planned = await bounds(stage, ledOn);
  return {
    name: scenario.name,
    last: 'C',
    logs: {
      // What A never gave away is lost with it: `drill:failover` counts that.
      B: countLogs(onB.ids, new Set(isPlanned ? acknowledged : producers.away.acknowledged), true),
      C: countLogs(onC.ids, new Set([...idsOnB, ...producers.after.acknowledged]), true),
    },
    written: Object.values(producers).map((one) => one.acknowledged.length),
    away: [],
    back: [...before.keys()].map((group): GroupOutcome => {
      const reading = { group, before: before.get(group) ?? [], after: after.get(group) ?? [] };
      const own = { commits: commits.get(group) ?? new Map(), planned: planned.get(group) ?? 0n };
      return countGroup({ ...reading, ...own }, idsOnC, onB.places);
    }),
    missing: drained.parse(evidenceOf(ledOn, 'drain')).missing,
    tookSeconds: { failover: (failedOver.tookMs ?? 0) / 1000, last: (ledOn.tookMs ?? 0) / 1000 },
  };
}

/** A mirror that has just begun is behind: no gate refuses once it has caught up. */
async function leadOn(stage: FailbackStage): Promise<Printed> {
  const assess = async () => (await stage.tidemark('failover', 'assess', '--planned', '--flow', 'B->C')).stdout;
  let stdout = await assess();
  await waitUntil(
    'the failover to the third cluster to be assessed without a gate',
    async () => {
      if (assessed(stdout).refused.length > 0) stdout = await assess();
      return assessed(stdout).refused.length === 0;
    },
    { deadlineMs: 180_000, intervalMs: 2_000, explain: () => JSON.stringify(assessed(stdout).gates) },
  );
  return await carryOut(stage, 'failover', stdout);
}

/** Clients are on C: neither a failback from B, nor another failover of A, begins. */
async function refusesToLeadBack(stage: FailbackStage, { run }: Done): Promise<void> {
  for (const args of [
    ['failback', 'assess', '--failover', run],
    ['failover', 'assess', '--unplanned', '--flow', 'A->B'],
  ]) {
    const { refused } = assessed((await stage.tidemark(...args)).stdout);
    if (!refused.includes('CLIENTS_ELSEWHERE')) throw new Error(`${args.join(' ')} was not refused: ${refused}`);
  }
}
