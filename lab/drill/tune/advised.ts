import * as z from 'zod';
import { runTidemark } from '../../demo/run-tidemark.ts';

const advised = z.object({
  flows: z.tuple([
    z.object({
      pace: z.looseObject({ kind: z.string() }),
      changes: z.int(),
      advice: z.array(
        z.object({
          lever: z.string(),
          kind: z.string(),
          setting: z.string().optional(),
          place: z.string().optional(),
          to: z.string().optional(),
          reason: z.string(),
        }),
      ),
    }),
  ]),
});

/** What `tidemark tune --format json` prints of one flow. */
export type Advised = z.infer<typeof advised>['flows'][0];

/** Runs `tidemark tune` as a user does. */
export async function tuneOnce(config: string, seconds: number): Promise<Advised> {
  const args = ['tune', '--config', config, '--during', String(seconds), '--timeout', '300', '--format', 'json'];
  const { code, stdout } = await runTidemark(args);
  if (code !== 0) throw new Error(`tidemark tune ended with ${code}: ${stdout.slice(0, 2_000)}`);
  return advised.parse(JSON.parse(stdout)).flows[0];
}

const planned = z.object({
  flows: z.tuple([
    z.object({
      capacity: z.object({ kind: z.string(), perSecond: z.number().optional() }),
      backlog: z.string(),
      catchUp: z.object({ kind: z.string(), hours: z.number().optional() }),
      tasksNeeded: z.object({ kind: z.string(), count: z.number().optional() }),
    }),
  ]),
});

/** What `tidemark plan-capacity` says of an outage of an hour. */
export async function planOnce(config: string, seconds: number): Promise<z.infer<typeof planned>['flows'][0]> {
  const words = ['plan-capacity', '--outage', '1', '--config', config, '--during', String(seconds), '--timeout', '300'];
  const { code, stdout } = await runTidemark([...words, '--format', 'json']);
  if (code !== 0) throw new Error(`tidemark plan-capacity ended with ${code}: ${stdout.slice(0, 2_000)}`);
  return planned.parse(JSON.parse(stdout)).flows[0];
}

/** What is advised for the connector, as it is printed. */
export function settingsToApply({ advice }: Advised): Record<string, string> {
  return Object.fromEntries(
    advice.flatMap(({ kind, place, setting, to }) =>
      kind === 'change' && place === 'source-connector' && setting !== undefined && to !== undefined
        ? [[setting, to]]
        : [],
    ),
  );
}

export function adviceLines({ advice }: Advised): readonly string[] {
  return advice.map(({ lever, kind, setting, to, reason }) => {
    const what = setting === undefined ? '' : ` ${setting}=${to}`;
    return `${lever}: ${kind}${what}, ${reason}`;
  });
}
