import { createServer } from 'node:net';
import { TidemarkError } from '../shared/domain/model/errors.ts';

/**
 * Ports are random and below the ephemeral ranges of Linux and macOS. So no outgoing connection takes a port while its
 * broker is down, and two labs that run at the same time hardly ever choose the same one.
 */
const FIRST = 15_000;
const COUNT = 16_000;

const given = new Set<number>();

/** Chooses `count` unused TCP ports; never the same one twice in a process. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let attempts = 0; ports.length < count; attempts++) {
    if (attempts > 1_000) throw new TidemarkError('LAB_NO_PORT', 'the lab found no free TCP port');
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    ports.push(port);
  }
  return ports;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
