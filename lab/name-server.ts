import { createSocket, type Socket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { type Answer, AUTHORITATIVE_ANSWER, decode, encode, type Packet } from 'dns-packet';
import { HOST } from './listeners.ts';

const NXDOMAIN = 3;

/** What a name leads to: addresses, or another name of the same server. */
export interface NameRecords {
  readonly ttlSeconds: number;
  readonly leadsTo: readonly string[];
}

/** An authoritative DNS server on this machine whose records change at run time. It knows A and CNAME records. */
export class LabNameServer {
  /** Names in the order in which they were asked for, with the type. */
  readonly questions: { readonly name: string; readonly type: string }[] = [];
  readonly #socket: Socket;
  readonly #records = new Map<string, NameRecords>();
  #isSilent = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  static async start(): Promise<LabNameServer> {
    const socket = createSocket('udp4');
    const server = new LabNameServer(socket);
    socket.on('message', (bytes, { port, address }) => {
      if (!server.#isSilent) socket.send(server.#answer(decode(bytes)), port, address);
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(0, HOST, () => resolve());
    });
    return server;
  }

  /** `host:port` */
  get address(): string {
    return `${HOST}:${(this.#socket.address() as AddressInfo).port}`;
  }

  /** Replaces what the name leads to. */
  set(name: string, records: NameRecords): void {
    this.#records.set(name.toLowerCase(), records);
  }

  /** Whether questions get no answer. */
  silence(isSilent: boolean): void {
    this.#isSilent = isSilent;
  }

  stop(): void {
    this.#socket.close();
  }

  #answer({ id, questions = [] }: Packet): Buffer {
    for (const { name, type } of questions) this.questions.push({ name, type });
    const answers = questions.flatMap(({ name, type }) => this.#answersTo(name, type));
    const isKnown = questions.every(({ name }) => this.#records.has(name.toLowerCase()));
    const flags = AUTHORITATIVE_ANSWER | (isKnown ? 0 : NXDOMAIN);
    return encode({ id: id ?? 0, type: 'response', flags, questions, answers });
  }

  /** A CNAME comes with what it leads to, in one answer. A type that a name does not have gets an empty answer. */
  #answersTo(name: string, type: string): Answer[] {
    const records = this.#records.get(name.toLowerCase());
    if (records === undefined) return [];
    const { ttlSeconds: ttl, leadsTo } = records;
    return leadsTo.flatMap((data): Answer[] => {
      if (/^[\d.]+$/.test(data)) return type === 'A' ? [{ name, type: 'A', ttl, data }] : [];
      const cname: Answer = { name, type: 'CNAME', ttl, data };
      if (type === 'CNAME') return [cname];
      return type === 'A' || type === 'AAAA' ? [cname, ...this.#answersTo(data, type)] : [];
    });
  }
}
