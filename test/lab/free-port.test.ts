import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, jest, test } from '@jest/globals';
import { freePorts } from '../../lab/free-port.ts';

const CHOSEN = join(tmpdir(), `tidemark-ports-${userInfo().uid}`);

/** Draws these ports first. */
function draws(...ports: readonly number[]): () => void {
  const random = jest.spyOn(Math, 'random');
  for (const port of ports) random.mockReturnValueOnce((port - 15_000) / 16_000 + 1e-9);
  return () => random.mockRestore();
}

test('a port that a running process has chosen is not chosen again, though nobody listens on it', async () => {
  const [port = 0] = await freePorts(1);
  const restore = draws(port, port);
  try {
    expect(await freePorts(1)).not.toContain(port);
  } finally {
    restore();
  }
});

test('a port that a process chose which has ended can be chosen again', async () => {
  const [port = 0] = await freePorts(1);
  const { stdout } = await promisify(execFile)(process.execPath, ['--print', 'process.pid']);
  writeFileSync(join(CHOSEN, String(port)), stdout.trim());
  const restore = draws(port, port);
  try {
    expect(await freePorts(1)).toEqual([port]);
  } finally {
    restore();
  }
});

test('a port on which somebody listens is not chosen', async () => {
  const [port = 0] = await freePorts(1);
  mkdirSync(CHOSEN, { recursive: true });
  rmSync(join(CHOSEN, String(port)), { force: true });
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const restore = draws(port);
  try {
    expect(await freePorts(1)).not.toContain(port);
  } finally {
    restore();
    await new Promise((resolve) => server.close(resolve));
  }
});
