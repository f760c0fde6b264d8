import { createServer, type Server, type Socket } from 'node:net';

/** A request as it came: kafkajs writes header version 1, and the body behind it is ours. */
export interface FakeRequest {
  readonly apiKey: number;
  readonly version: number;
  readonly correlationId: number;
  readonly body: Buffer;
}

/** What a fake broker does for a request: the body of an answer in a good frame, or whatever it likes with the socket. */
export type Behaviour = (request: FakeRequest, socket: Socket, broker: FakeBroker) => Buffer | null;

const API_VERSIONS = 18;

/** A broker over a real socket that says whatever a test has it say. */
export class FakeBroker {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly requests: FakeRequest[] = [];
  port = 0;

  constructor(behaviour: Behaviour) {
    this.#server = createServer({ noDelay: true }, (socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      let pending = Buffer.alloc(0);
      socket.on('data', (data) => {
        pending = Buffer.concat([pending, data]);
        while (pending.length >= 4 && pending.length >= 4 + pending.readInt32BE(0)) {
          const frame = pending.subarray(4, 4 + pending.readInt32BE(0));
          pending = pending.subarray(4 + frame.length);
          const request = requestOf(frame);
          this.requests.push(request);
          const answer = behaviour(request, socket, this);
          if (answer !== null && !socket.destroyed) socket.write(framed(request.correlationId, answer));
        }
      });
    });
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    const address = this.#server.address();
    if (address !== null && typeof address === 'object') this.port = address.port;
    return this;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }
}

/** Header version 1: key, version, correlation id, client id. */
function requestOf(frame: Buffer): FakeRequest {
  const clientId = Math.max(frame.readInt16BE(8), 0);
  return {
    apiKey: frame.readInt16BE(0),
    version: frame.readInt16BE(2),
    correlationId: frame.readInt32BE(4),
    body: frame.subarray(10 + clientId),
  };
}

export function framed(correlationId: number, body: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.writeInt32BE(4 + body.length, 0);
  header.writeInt32BE(correlationId, 4);
  return Buffer.concat([header, body]);
}

/** Four bytes of length, whatever they say. */
export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** ApiVersions of versions 0 to 2, with one version of each request: the ones that are easy to write here. */
export function apiVersions(versions: Readonly<Record<number, number>>, throttleMs = 0): Buffer {
  const bytes = Buffer.alloc(6 + 6 * Object.keys(versions).length + 4);
  bytes.writeInt32BE(Object.keys(versions).length, 2);
  let at = 6;
  for (const [key, version] of Object.entries(versions)) {
    bytes.writeInt16BE(Number(key), at);
    bytes.writeInt16BE(version, at + 2);
    bytes.writeInt16BE(version, at + 4);
    at += 6;
  }
  bytes.writeInt32BE(throttleMs, at);
  return bytes;
}

/** Answers ApiVersions as a broker does; everything else is the test's. */
export function afterVersions(versions: Readonly<Record<number, number>>, behaviour: Behaviour): Behaviour {
  return (request, socket, broker) =>
    request.apiKey === API_VERSIONS ? apiVersions(versions) : behaviour(request, socket, broker);
}
