import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';
import type { Phase } from './broker-failure.ts';

export interface SocketWatch {
  readonly connectTimeoutMs: number;
  /** Called for every socket, as soon as it exists. */
  opened(socket: Socket): void;
  /** Called once per socket, for its first error or its end. */
  failed(socket: Socket, error: unknown, phase: Phase): void;
}

/** Code of the error that reports an orderly close. */
export const PEER_CLOSED = 'PEER_CLOSED';

/** First bytes of a TLS record. A TLS listener answers plaintext with one (alert or handshake, version 3.x). */
const isTlsRecord = (data: Buffer): boolean => (data[0] === 0x15 || data[0] === 0x16) && data[1] === 0x03;

/**
 * Makes sockets for kafkajs. kafkajs itself misses a peer that closes before the connection is open, and a socket
 * destroyed without an error. It also misses a TLS answer to plaintext. Each of these becomes an error on the socket
 * here.
 */
export function socketFactory(watch: SocketWatch): ISocketFactory {
  return ({ host, port, ssl, onConnect }) => {
    const tls: ConnectionOptions | null = ssl;
    const name = host.replace(/%.*$/, '');
    let phase: Phase = 'connecting';
    let reported = false;
    const open = (): void => {
      phase = 'open';
      clearTimeout(timer);
      onConnect();
    };
    const socket =
      tls === null
        ? connectTcp({ host, port, noDelay: true }, open)
        : connectTls({ ...(isIP(name) === 0 ? { servername: name } : {}), ...tls, host, port }, open);
    const timer = setTimeout(() => {
      socket.destroy(withCode('connection timed out', 'ETIMEDOUT'));
    }, watch.connectTimeoutMs);
    const report = (error: unknown): void => {
      clearTimeout(timer);
      if (reported) return;
      reported = true;
      watch.failed(socket, error, phase);
    };
    watch.opened(socket);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30_000);
    socket.once('connect', () => {
      if (tls !== null) phase = 'handshaking';
    });
    if (tls === null) {
      socket.once('data', (data) => {
        if (isTlsRecord(data)) socket.destroy(withCode('a TLS record was received', 'TLS_RECORD'));
      });
    }
    socket.on('error', report);
    socket.on('end', () => socket.destroy(withCode('closed by the broker', PEER_CLOSED)));
    socket.on('close', () => report(withCode('closed by the broker', PEER_CLOSED)));
    return socket;
  };
}

function withCode(message: string, code: string): Error {
  return Object.assign(new Error(message), { code });
}
