/** Where a broker listens. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

/** Parses `host:port` like Kafka's clients, with IPv6 literals in brackets. Null if it is neither. */
export function parseAddress(text: string): ServerAddress | null {
  const match = /^(?:[A-Za-z_]+:\/\/)?(?:\[([0-9A-Fa-f:.%]+)\]|([^:[\]/\s]+)):(\d{1,5})$/.exec(text.trim());
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host === undefined || port < 1 || port > 65_535 ? null : { host, port };
}

export function printAddress({ host, port }: ServerAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
