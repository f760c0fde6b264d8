import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { TidemarkError } from '../shared/domain/model/errors.ts';

/**
 * Ports are random and below the ephemeral ranges of Linux and macOS. So no outgoing connection takes a port while its
 * broker is down.
 */
const FIRST = 15_000;
const COUNT = 16_000;

/**
 * One file for each port that a running process has chosen, with its process id. Until its broker listens, and while that
 * is down, nothing else shows other processes that the port is taken.
 */
const CHOSEN = join(tmpdir(), `tidemark-ports-${userInfo().uid}`);

/** Chooses `count` TCP ports that nobody uses and that no running process has chosen. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let attempts = 0; ports.length < count; attempts++) {
    if (attempts > 1_000) throw new TidemarkError('LAB_NO_PORT', 'the lab found no free TCP port');
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if ((await isFree(port)) && choose(port)) ports.push(port);
  }
  return ports;
}

function choose(port: number): boolean {
  mkdirSync(CHOSEN, { recursive: true });
  const file = join(CHOSEN, String(port));
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    // The next one who draws this port can have it.
    if (!isRunning(file)) rmSync(file, { force: true });
    return false;
  }
}

/** Whether the process that wrote this file still runs. */
function isRunning(file: string): boolean {
  try {
    process.kill(Number(readFileSync(file, 'utf8')), 0);
    return true;
  } catch {
    return false;
  }
}

/** DynamoDB Local listens on all addresses. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '0.0.0.0', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
