import { createServer, type Server, type Socket, connect as tcpConnect } from 'node:net';
import { freePorts } from './free-port.ts';
import { HOST } from './listeners.ts';

/** Most bytes that may wait in one direction of a connection; beyond this the proxy stops reading. */
const BUFFER_BYTES = 1024 * 1024;

export interface ProxyTarget {
  readonly host: string;
  readonly port: number;
}

/** The faults of a proxy. They can be changed at run time and apply to existing and new connections. */
interface Faults {
  delayMs: number;
  bytesPerSecond: number;
  hanging: boolean;
  /** Bytes of answers that a connection still receives before it is reset. */
  answerBytes: number;
  /** Bytes of answers that a connection still receives before it hangs. */
  answerBytesUntilHang: number;
}

const healthy = (): Faults => ({
  delayMs: 0,
  bytesPerSecond: Number.POSITIVE_INFINITY,
  hanging: false,
  answerBytes: Number.POSITIVE_INFINITY,
  answerBytesUntilHang: Number.POSITIVE_INFINITY,
});

/** A TCP proxy to one address that can delay, throttle, hang or cut connections. */
export class LabProxy {
  readonly port: number;
  readonly host: string;
  readonly #target: ProxyTarget;
  readonly #connections = new Set<Connection>();
  #faults = healthy();
  #server: Server | undefined;
  #accepted = 0;

  private constructor(host: string, port: number, target: ProxyTarget) {
    this.host = host;
    this.port = port;
    this.#target = target;
  }

  /** @param host an address of the loopback; Linux has all of 127.0.0.0/8 */
  static async start(target: ProxyTarget, port?: number, host: string = HOST): Promise<LabProxy> {
    const [chosen = 0] = port === undefined ? await freePorts(1) : [port];
    const proxy = new LabProxy(host, chosen, target);
    await proxy.#listen();
    return proxy;
  }

  /** Connections accepted so far. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Delays every byte by `ms` in each direction: a round trip becomes longer by twice that. */
  delay(ms: number): void {
    this.#faults.delayMs = ms;
  }

  /** Limits each direction of each connection to this many bytes per second. */
  throttle(bytesPerSecond: number): void {
    this.#faults.bytesPerSecond = bytesPerSecond;
  }

  /** Accepts and keeps connections but forwards nothing, until `heal()`. */
  hang(): void {
    this.#faults.hanging = true;
  }

  /** Keeps connections, forwards nothing, and leaves its port to others, until `heal()`. */
  deafen(): void {
    this.hang();
    // It ends listening at once, and would end the wait only with the last connection.
    this.#server?.close();
    this.#server = undefined;
  }

  /** Makes each connection hang after this many more bytes of answers. */
  hangAfter(answerBytes: number): void {
    this.#faults.answerBytesUntilHang = answerBytes;
    for (const connection of this.#connections) connection.carried = 0;
  }

  /** Resets each connection (TCP RST) in the middle of an answer, after this many more bytes of answers. */
  cutAfter(answerBytes: number): void {
    this.#faults.answerBytes = answerBytes;
    for (const connection of this.#connections) connection.carried = 0;
  }

  /** Resets all connections and refuses new ones, until `heal()`. */
  async cut(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    const closed = new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve())));
    this.reset();
    await closed;
  }

  /** Resets all connections once; new ones work. */
  reset(): void {
    for (const connection of [...this.#connections]) connection.reset();
  }

  /** Removes all faults. Hung connections continue. */
  async heal(): Promise<void> {
    this.#faults = healthy();
    for (const connection of this.#connections) connection.wake();
    if (this.#server === undefined) await this.#listen();
  }

  /** Stops the proxy permanently. */
  async close(): Promise<void> {
    await this.cut();
  }

  #listen(): Promise<void> {
    const server = createServer({ noDelay: true }, (client) => {
      this.#accepted++;
      const connection = new Connection(client, this.#target, () => this.#faults);
      this.#connections.add(connection);
      connection.onEnd = () => this.#connections.delete(connection);
    });
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, this.host, () => resolve());
    });
  }
}

/** One client's connection through the proxy. */
class Connection {
  carried = 0;
  onEnd: () => void = () => undefined;
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #directions: readonly Direction[];

  constructor(client: Socket, target: ProxyTarget, faults: () => Faults) {
    this.#client = client;
    this.#server = tcpConnect({ host: target.host, port: target.port, noDelay: true });
    const hangs = () => faults().hanging || this.carried >= faults().answerBytesUntilHang;
    const settings = { faults, hangs };
    this.#directions = [
      new Direction(this.#client, this.#server, { ...settings, transform: (chunk) => chunk }),
      new Direction(this.#server, this.#client, {
        ...settings,
        transform: (chunk) => this.#countAnswer(chunk, faults()),
      }),
    ];
    for (const socket of [this.#client, this.#server]) {
      socket.on('error', () => this.reset());
      socket.on('close', () => this.onEnd());
    }
  }

  reset(): void {
    for (const direction of this.#directions) direction.stop();
    resetSocket(this.#client);
    resetSocket(this.#server);
  }

  wake(): void {
    for (const direction of this.#directions) direction.pump();
  }

  #countAnswer(chunk: Buffer, faults: Faults): Buffer {
    const left = faults.answerBytes - this.carried;
    this.carried += chunk.length;
    if (chunk.length <= left) return chunk;
    // Let the written bytes leave before the reset.
    setImmediate(() => this.reset());
    return chunk.subarray(0, Math.max(0, left));
  }
}

/** libuv cannot reset a socket during its shutdown. Node would then never close it, and the process could not exit. */
function resetSocket(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}

interface DirectionSettings {
  readonly faults: () => Faults;
  readonly hangs: () => boolean;
  readonly transform: (chunk: Buffer) => Buffer;
}

/** One direction of a connection: a queue of chunks, each with its due time. */
class Direction {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #settings: DirectionSettings;
  readonly #queue: { readonly due: number; readonly chunk: Buffer | null }[] = [];
  #queued = 0;
  #lastDue = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(from: Socket, to: Socket, settings: DirectionSettings) {
    this.#from = from;
    this.#to = to;
    this.#settings = settings;
    from.on('data', (chunk: Buffer) => this.#add(chunk));
    from.on('end', () => this.#add(null));
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#queue.length = 0;
  }

  /** Sends all due chunks and sleeps until the next one is due. */
  pump(): void {
    clearTimeout(this.#timer);
    while (!this.#settings.hangs()) {
      const next = this.#queue[0];
      if (next === undefined) return;
      const wait = next.due - performance.now();
      if (wait > 0) {
        this.#timer = setTimeout(() => this.pump(), wait);
        return;
      }
      this.#queue.shift();
      this.#send(next.chunk);
    }
  }

  #add(chunk: Buffer | null): void {
    const { delayMs, bytesPerSecond } = this.#settings.faults();
    const now = performance.now();
    const sending = chunk === null ? 0 : (chunk.length / bytesPerSecond) * 1_000;
    this.#lastDue = Math.max(now + delayMs, this.#lastDue) + sending;
    this.#queue.push({ due: this.#lastDue, chunk });
    this.#queued += chunk?.length ?? 0;
    if (this.#queued > BUFFER_BYTES) this.#from.pause();
    this.pump();
  }

  #send(chunk: Buffer | null): void {
    if (chunk === null) {
      this.#to.end();
      return;
    }
    this.#queued -= chunk.length;
    if (this.#queued <= BUFFER_BYTES) this.#from.resume();
    if (!this.#to.destroyed) this.#to.write(this.#settings.transform(chunk));
  }
}
