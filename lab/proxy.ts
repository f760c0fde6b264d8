import { createServer, type Server, type Socket, connect as tcpConnect } from 'node:net';
import { freePorts } from './free-port.ts';
import { HOST } from './listeners.ts';

/** Bytes that wait on one direction of a connection before its sender is held back. */
const BUFFER_BYTES = 1024 * 1024;

export interface ProxyTarget {
  readonly host: string;
  readonly port: number;
}

/** What a link does to what it carries; set at run time, for connections that exist and that come. */
interface Faults {
  delayMs: number;
  bytesPerSecond: number;
  hanging: boolean;
  /** Bytes of answers that a connection still gets before it is reset. */
  answerBytes: number;
  /** Bytes of answers after which a connection hangs. */
  answerBytesUntilHang: number;
}

const healthy = (): Faults => ({
  delayMs: 0,
  bytesPerSecond: Number.POSITIVE_INFINITY,
  hanging: false,
  answerBytes: Number.POSITIVE_INFINITY,
  answerBytesUntilHang: Number.POSITIVE_INFINITY,
});

/** A TCP link to one address that can be made slow, narrow, silent or broken. */
export class LabProxy {
  readonly port: number;
  readonly host = HOST;
  readonly #target: ProxyTarget;
  readonly #connections = new Set<Connection>();
  #faults = healthy();
  #server: Server | undefined;
  #accepted = 0;

  private constructor(port: number, target: ProxyTarget) {
    this.port = port;
    this.#target = target;
  }

  static async start(target: ProxyTarget, port?: number): Promise<LabProxy> {
    const [chosen = 0] = port === undefined ? await freePorts(1) : [port];
    const proxy = new LabProxy(chosen, target);
    await proxy.#listen();
    return proxy;
  }

  /** Connections accepted so far. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Delays every byte by `ms` in each direction: a round trip grows by twice that. */
  delay(ms: number): void {
    this.#faults.delayMs = ms;
  }

  /** Lets this many bytes a second through, each direction of each connection. */
  throttle(bytesPerSecond: number): void {
    this.#faults.bytesPerSecond = bytesPerSecond;
  }

  /** Accepts and keeps connections and carries nothing, until `heal()`. */
  hang(): void {
    this.#faults.hanging = true;
  }

  /** Each connection carries nothing any more, either way, once it has carried this many more bytes of answers. */
  hangAfter(answerBytes: number): void {
    this.#faults.answerBytesUntilHang = answerBytes;
    for (const connection of this.#connections) connection.carried = 0;
  }

  /** Resets a connection (TCP RST) once it has carried this many more bytes of answers: mid-answer. */
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

  /** Takes every fault back. Connections that hung go on. */
  async heal(): Promise<void> {
    this.#faults = healthy();
    for (const connection of this.#connections) connection.wake();
    if (this.#server === undefined) await this.#listen();
  }

  /** Ends the proxy for good. */
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
    // What is written now is on its way before the reset.
    setImmediate(() => this.reset());
    return chunk.subarray(0, Math.max(0, left));
  }
}

/** libuv refuses to reset a socket that is being shut down, and Node then never closes it: the process could not end. */
function resetSocket(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}

interface DirectionSettings {
  readonly faults: () => Faults;
  readonly hangs: () => boolean;
  readonly transform: (chunk: Buffer) => Buffer;
}

/** One direction of a connection: a queue of chunks, each with the time when it is due. */
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

  /** Sends what is due and sleeps until the next chunk is. */
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
