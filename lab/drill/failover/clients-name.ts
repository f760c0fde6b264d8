import { promises as dns } from 'node:dns';
import { connect, type LookupFunction } from 'node:net';
import type { KafkaConfig } from 'kafkajs';
import type { LabCluster } from '../../cluster.ts';
import { freePorts } from '../../free-port.ts';
import { LabLink } from '../../link.ts';
import { HOST } from '../../listeners.ts';
import { LabNameServer } from '../../name-server.ts';
import { LabProxy } from '../../proxy.ts';

export const CLIENTS_NAME = 'kafka.lab.test';
/** How long a client may keep an answer, in seconds. */
const TTL_SECONDS = 5;

/**
 * The name by which clients find their cluster, at a real DNS server. A name leads to addresses and not to ports, so each
 * broker has a gate at an address of its own, with the same port. Behind the first connection, clients use the addresses
 * that brokers advertise, as everywhere.
 */
export class ClientsName {
  readonly server: LabNameServer;
  readonly port: number;
  readonly #gates: ReadonlyMap<'source' | 'target', LabLink>;

  private constructor(server: LabNameServer, port: number, gates: ReadonlyMap<'source' | 'target', LabLink>) {
    this.server = server;
    this.port = port;
    this.#gates = gates;
    this.leadTo('source');
  }

  static async open(source: LabCluster, target: LabCluster): Promise<ClientsName> {
    const [port = 0] = await freePorts(1);
    const gates = new Map([
      ['source', new LabLink(await gatesOf(source, port, '127.41.0'))],
      ['target', new LabLink(await gatesOf(target, port, '127.42.0'))],
    ] as const);
    return new ClientsName(await LabNameServer.start(), port, gates);
  }

  /** What clients have in `bootstrap.servers`. */
  get bootstrap(): string {
    return `${CLIENTS_NAME}:${this.port}`;
  }

  /** The gates of a cluster, which fail with it. */
  gates(side: 'source' | 'target'): LabLink {
    const link = this.#gates.get(side);
    if (link === undefined) throw new Error(`no gates of the ${side}`);
    return link;
  }

  addresses(side: 'source' | 'target'): readonly string[] {
    return this.gates(side).proxies.map(({ host }) => host);
  }

  leadTo(side: 'source' | 'target'): void {
    this.server.set(CLIENTS_NAME, { ttlSeconds: TTL_SECONDS, leadsTo: this.addresses(side) });
  }

  /** Where the name leads, as the DNS server says. */
  async leadsTo(side: 'source' | 'target'): Promise<boolean> {
    const resolver = new dns.Resolver();
    resolver.setServers([this.server.address]);
    return (await resolver.resolve4(CLIENTS_NAME)).sort().join() === [...this.addresses(side)].sort().join();
  }

  /** Connects as kafkajs does, and resolves names at the DNS server, for each connection again. */
  get socketFactory(): NonNullable<KafkaConfig['socketFactory']> {
    const resolver = new dns.Resolver();
    resolver.setServers([this.server.address]);
    const lookup: LookupFunction = (name, { all }, answer) => {
      resolver.resolve4(name).then(
        (found) => {
          if (all === true)
            answer(
              null,
              found.map((address) => ({ address, family: 4 })),
            );
          else answer(null, found[0] ?? '', 4);
        },
        (error: NodeJS.ErrnoException) => answer(error, ''),
      );
    };
    return ({ host, port, onConnect }) => connect({ host, port, lookup }, onConnect);
  }

  async stop(): Promise<void> {
    this.server.stop();
    await Promise.all([...this.#gates.values()].map((link) => link.close()));
  }
}

/** A gate before each broker's listener. */
async function gatesOf(cluster: LabCluster, port: number, network: string): Promise<readonly LabProxy[]> {
  const behind = cluster.bootstrapServers.split(',').map((server) => Number(server.split(':')[1]));
  return await Promise.all(
    behind.map((to, i) => LabProxy.start({ host: HOST, port: to }, port, `${network}.${i + 1}`)),
  );
}
