import * as z from 'zod';
import type { JavaProcess } from '../../java-process.ts';
import type { Lab } from '../../lab.ts';
import type { ClientsName } from './clients-name.ts';
import { Processed } from './processed.ts';

/** How long an application may take to end in order: a lost cluster does not answer. In milliseconds. */
const END_WITHIN_MS = 15_000;
const BURST = { burst: 5, everyMs: 100 };

/** As the runbook tells users who want clients to move by themselves. */
const MOVES: Readonly<Record<string, string>> = {
  'request.timeout.ms': '5000',
  'socket.connection.setup.timeout.ms': '2000',
  'socket.connection.setup.timeout.max.ms': '4000',
  'metadata.recovery.rebootstrap.trigger.ms': '5000',
  'reconnect.backoff.max.ms': '1000',
};
/** A record that was not acknowledged in time is given up: none is written to both clusters. */
const GIVES_UP: Readonly<Record<string, string>> = {
  'delivery.timeout.ms': '3000',
  'request.timeout.ms': '2500',
  'linger.ms': '5',
  'max.block.ms': '1000',
};

const line = z.union([
  z.object({
    kind: z.literal('read'),
    group: z.string(),
    cluster: z.string(),
    at: z.number(),
    ids: z.array(z.string()),
  }),
  z.object({ kind: z.literal('acknowledged'), cluster: z.string(), at: z.number(), ids: z.array(z.string()) }),
  z.object({ kind: z.literal('died'), group: z.string(), reason: z.string() }),
]);

export interface JavaGroup {
  readonly group: string;
  readonly protocol: 'classic' | 'consumer';
}

interface JavaPlan {
  readonly name: ClientsName;
  /** How it logs in, without `bootstrap.servers`. */
  readonly login: Readonly<Record<string, string>>;
  readonly groups: readonly JavaGroup[];
  readonly topics: readonly string[];
  /** Prefix of the ids of the records that it writes; absent if it writes none. */
  readonly producer?: { readonly prefix: string; readonly topics: readonly string[] };
  readonly targetId: string;
}

/** Clients of Kafka's own library in one JVM, which finds its cluster by name. A restart is a new JVM. */
export class JavaApplication {
  readonly processed: ReadonlyMap<string, Processed>;
  /** When the target acknowledged the first record of this application: ms since the epoch. */
  firstAcknowledged: number | null = null;
  /** Clients that ended by themselves, with the reason. */
  readonly died: string[] = [];
  readonly #lab: Lab;
  readonly #plan: JavaPlan;
  #process: JavaProcess | null = null;
  #starts = 0;

  constructor(lab: Lab, plan: JavaPlan) {
    this.#lab = lab;
    this.#plan = plan;
    this.processed = new Map(plan.groups.map(({ group }) => [group, new Processed()]));
  }

  start(): void {
    if (this.#process !== null) return;
    const { name, login, groups, topics, producer } = this.#plan;
    const common = { ...login, 'bootstrap.servers': name.bootstrap, ...MOVES };
    const consumers = groups.map(({ group, protocol }) => {
      const session = protocol === 'classic' ? { 'session.timeout.ms': '10000' } : {};
      const settings = { ...common, ...session, 'group.id': group, 'group.protocol': protocol };
      const reads = { 'auto.offset.reset': 'earliest', 'auto.commit.interval.ms': '500' };
      return { group, topics, settings: { ...settings, ...reads } };
    });
    const writer =
      producer === undefined
        ? {}
        : {
            producer: {
              ...producer,
              // A new JVM counts from 0 again, and no two records may have one id.
              prefix: `${producer.prefix}-${++this.#starts}`,
              ...BURST,
              settings: { ...common, ...GIVES_UP },
            },
          };
    this.#process = this.#lab.startJavaTool({
      mainClass: 'LiveClients',
      heapMb: 192,
      optimised: false,
      // Five seconds, as the record says: for a positive answer the JVM keeps it for 30 s by default.
      jvm: [
        '--add-opens',
        'java.base/java.net=ALL-UNNAMED',
        '-Dsun.net.inetaddr.ttl=5',
        '-Dsun.net.inetaddr.negative.ttl=1',
      ],
      onLine: (text) => this.#read(line.parse(JSON.parse(text))),
    });
    this.#process.send(JSON.stringify({ nameServer: name.server.address, consumers, ...writer }));
  }

  /** Whether it has a producer. */
  get writes(): boolean {
    return this.#plan.producer !== undefined;
  }

  /** Ends its producer. */
  stopWriting(): void {
    this.#process?.send('stop writing');
  }

  /** Ends its clients in order, if their cluster answers. */
  async stop(withinMs = END_WITHIN_MS): Promise<void> {
    const process = this.#process;
    this.#process = null;
    if (process === null) return;
    process.endInput();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, withinMs);
    });
    await Promise.race([process.exited, late]);
    clearTimeout(timer);
    await process.kill();
  }

  /** The end of what it said, for error messages. */
  tail(): string {
    return this.#process?.tail() ?? '';
  }

  #read(event: z.infer<typeof line>): void {
    if (event.kind === 'died') {
      this.died.push(`${event.group}: ${event.reason}`);
      return;
    }
    const side = event.cluster === this.#plan.targetId ? 'target' : 'source';
    if (event.kind === 'read') this.processed.get(event.group)?.add(side, event.ids, event.at);
    else if (side === 'target') this.firstAcknowledged ??= event.at;
  }
}
