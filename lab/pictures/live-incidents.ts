import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { Fault } from '../drill/alarms/fault.ts';
import { sourceGone } from '../drill/alarms/faults/clusters.ts';
import { mm2Killed } from '../drill/alarms/faults/mirror.ts';
import { DEPLOYMENT, World } from '../drill/alarms/world.ts';
import { type HttpReceiver, startHttpReceiver } from '../http-receiver.ts';
import type { Minute } from '../local/local-cloud.ts';
import type { Incident } from './incident.ts';

/** Minutes of the schedule without a fault, and with one. */
const QUIET_MINUTES = 6;
const FAULT_MINUTES = 8;
const HEALED_MINUTES = 8;
const SLACK_SECRET = 'drill/slack';
const RUNBOOK = 'https://wiki.example/tidemark/runbook';

/** Names of groups that a careless medium formats, mentions people with, or is torn by. */
const HOSTILE = ['<!channel> <https://evil.example|*click*>', 'Bcc: all@example.com \u202Egnp.exe\u001b[2J'];

const templateSchema = z.object({
  Resources: z.record(z.string(), z.object({ Properties: z.looseObject({ AlarmName: z.string().optional() }) })),
});

/**
 * A deployment over real clusters and MM2, with its pages for Slack and by mail: MM2 is killed, and runs again; then the
 * source is gone. Three incidents: what people saw until the end of each of these times.
 */
export async function liveIncidents(progress: (line: string) => void): Promise<readonly Incident[]> {
  const slack = await startHttpReceiver();
  try {
    progress('starting clusters, MM2 and the deployment …');
    const pages = { email: true, slack: { secretsManager: SLACK_SECRET } };
    const world = await World.open({ source: { throughProxy: true }, settings: { pages, runbookUrl: RUNBOOK } });
    try {
      world.cloud.secrets.secrets.set(SLACK_SECRET, { kind: 'text', text: slack.url });
      for (const group of HOSTILE) await world.a.admin.commitOffsets(group, 'orders', { 0: 100n });
      return await play(new Recording(world, slack, progress));
    } finally {
      await world[Symbol.asyncDispose]();
    }
  } finally {
    await slack.close();
  }
}

async function play(recording: Recording): Promise<readonly Incident[]> {
  await recording.minutes(QUIET_MINUTES);
  // Each alarm of a new stack says once that it is OK.
  recording.taken('new-stack');
  const stopped = await recording.fault(mm2Killed, 'mm2-stopped');
  await recording.heal(mm2Killed);
  const healed = recording.taken('mm2-runs-again');
  return [stopped, healed, await recording.fault(sourceGone, 'source-gone')];
}

/** What a deployment shows, minute by minute. */
class Recording {
  readonly #world: World;
  readonly #slack: HttpReceiver;
  readonly #progress: (line: string) => void;
  readonly #played: Minute[] = [];
  #taken = 0;

  constructor(world: World, slack: HttpReceiver, progress: (line: string) => void) {
    this.#world = world;
    this.#slack = slack;
    this.#progress = progress;
  }

  async minutes(count: number): Promise<void> {
    for (let minute = 0; minute < count; minute++) this.#played.push(await this.#world.playMinute());
  }

  async fault(fault: Fault, name: string): Promise<Incident> {
    this.#progress(`${fault.name} …`);
    await fault.inflict(this.#world);
    this.#world.beginMinute();
    await this.minutes(FAULT_MINUTES);
    return this.taken(name);
  }

  async heal(fault: Fault): Promise<void> {
    this.#progress(`${fault.name}: it is healed …`);
    await fault.heal(this.#world);
    this.#world.beginMinute();
    await this.minutes(HEALED_MINUTES);
  }

  /** What people saw since the last call; the metrics since the beginning. */
  taken(name: string): Incident {
    const { cloud, lab } = this.#world;
    const slack = this.#slack.bodies.map((body): unknown => JSON.parse(body));
    this.#slack.forget();
    const fresh = this.#played.slice(this.#taken);
    this.#taken = this.#played.length;
    const file = join(lab.folder, `deployment/cdk.out/Tidemark-${DEPLOYMENT}.template.json`);
    const template: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const states = Object.entries(templateSchema.parse(template).Resources).flatMap(([id, { Properties }]) => {
      const alarm = cloud.stack.alarms.find(({ AlarmName }) => AlarmName === Properties.AlarmName);
      if (alarm === undefined) return [];
      const { AlarmName: name } = alarm;
      const changed = this.#played.findLast(({ alarms }) =>
        alarms.some((event) => event.kind === 'change' && event.alarm === alarm),
      );
      return [[id, { name, state: cloud.stateOf(alarm), changed: changed?.minute ?? 0 }] as const];
    });
    const mails = fresh.flatMap(({ notifications, pages }) =>
      [...pages, ...notifications].map(({ topic, subject, message }) => ({
        from: cloud.stack.topics.get(topic) ?? topic,
        subject,
        message,
      })),
    );
    const minutes = this.#played.map(({ metrics }) => metrics);
    return { name, slack, mails, template, states: Object.fromEntries(states), minutes };
  }
}
