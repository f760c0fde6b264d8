import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';
import type { Phase } from './broker-failure.ts';

export interface SocketWatch {
  readonly connectTimeoutMs: number;
  /** Every socket, as soon as it exists. */
  opened(socket: Socket): void;
  /** The first error of a socket, or its end: called once. */
  failed(socket: Socket, error: unknown, phase: Phase): void;
}

/** Code of the error that an orderly end of the connection becomes. */
export const PEER_CLOSED = 'PEER_CLOSED';

/** First bytes of a TLS record: what a TLS listener answers to plain text (alert or handshake, version 3.x). */
const isTlsRecord = (data: Buffer): boolean => (data[0] === 0x15 || data[0] === 0x16) && data[1] === 0x03;

/**
 * Makes kafkajs's sockets. kafkajs itself does not notice a peer that closes before the connection stands, a socket
 * destroyed without an error, or a TLS answer to plain text: here each of these becomes an error on the socket.
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
        if (isTlsRecord(data)) socket.destroy(withCode('a TLS record came', 'TLS_RECORD'));
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
