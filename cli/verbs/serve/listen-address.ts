import { BlockList, isIP } from 'node:net';
import { InvalidArgumentError } from 'commander';

/** Where the server listens. */
export interface ListenAddress {
  /** An IP address. */
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** `--listen`: `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`, or a port of the loopback address alone. */
export function listenAddress(text: string): ListenAddress {
  const [, bracketed, plain, digits = ''] = /^(?:(?:\[([^\]]*)\]|([^:[\]]*)):)?(\d{1,5})$/.exec(text) ?? [];
  const named = bracketed ?? plain ?? 'localhost';
  const host = named === 'localhost' ? '127.0.0.1' : named;
  const port = digits === '' ? Number.NaN : Number(digits);
  if (isIP(host) !== 0 && port <= 65_535 && (isIP(host) === 6) === (bracketed !== undefined)) return { host, port };
  throw new InvalidArgumentError('Write an IP address and a port, such as 127.0.0.1:8080 or [::1]:8080.');
}

/** Whether only this machine reaches the address. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4');
}

/** The address as a URL has it: `127.0.0.1:8080`, `[::1]:8080`. */
export function hostAndPort({ host, port }: ListenAddress): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}
