import { scriptOptions } from '../../script-options.ts';
import { playDrill, sabotageOf } from '../play-drill.ts';
import { clientTable, isClean, resultLine, tallyLine } from './failover-result.ts';
import { type FailoverScenario, FailoverStage } from './failover-stage.ts';
import { playFailover } from './play-failover.ts';
import { SABOTAGES } from './sabotage.ts';

const POLICIES = ['default', 'identity'] as const;
const MIRRORS = ['dedicated', 'connect'] as const;

function scenario(name: string, of: Partial<FailoverScenario>): FailoverScenario {
  const unplanned = {
    mode: 'unplanned',
    policy: 'default',
    mirror: 'connect',
    fault: 'killed',
    restingGroups: 8,
  } as const;
  return { name, ...unplanned, ...of };
}

const SCENARIOS: readonly FailoverScenario[] = [
  ...POLICIES.flatMap((policy) =>
    MIRRORS.flatMap((mirror) => [
      scenario(`planned-${policy}-${mirror}`, { mode: 'planned', fault: 'none', policy, mirror }),
      scenario(`unplanned-${policy}-${mirror}`, { policy, mirror }),
    ]),
  ),
  ...MIRRORS.map((mirror) => scenario(`black-holed-${mirror}`, { fault: 'black-holed', mirror })),
  ...MIRRORS.map((mirror) => scenario(`one-broker-left-${mirror}`, { fault: 'one-broker-left', mirror })),
  scenario('groups-100', { restingGroups: 100 }),
];

/**
 * `npm run drill:failover`: fails a flow over under load on real clusters with the command line, and counts record by
 * record what real consumers processed before and after. Exits 1 if a record was skipped, if a consumer re-read more than
 * its plan allows, if the loss is not what was counted, or if a kind of client never came to the target. `--sabotage skip,reread,loss` does harm after each
 * failover: then the drill has to exit with 1, because it counts it.
 */
const values = scriptOptions({
  name: 'drill:failover',
  does: 'Fails a flow over under load on real clusters, and counts what real consumers processed. Takes minutes.',
  options: {
    only: {
      type: 'string',
      value: 'NAMES',
      says: `several with commas: ${SCENARIOS.map(({ name }) => name).join(', ')}`,
    },
    sabotage: {
      type: 'string',
      value: 'HARM',
      says: 'several with commas: skip, reread, loss, which the drill has to count; after planned failovers, if --only is absent',
    },
  },
});
const harm = (values.sabotage?.split(',') ?? []).flatMap((name) => sabotageOf(SABOTAGES, name) ?? []);
const results = await playDrill({
  scenarios: SCENARIOS,
  // The plan of a planned failover is exact: one record too many is over it.
  only: values.only ?? (harm.length > 0 ? 'planned' : undefined),
  open: (scenario) => FailoverStage.open(scenario),
  play: (stage) => playFailover(stage, harm),
  resultLine,
});
process.stdout.write(clientTable(results));
process.stdout.write(tallyLine(results));
process.exit(isClean(results) ? 0 : 1);
