import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { historyPlace } from '../../../cli/options/history-options.ts';

test('the folder of the default history is made with its parents, for its owner alone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-state-'));
  try {
    const place = historyPlace({ mm2: 'mm2.properties' }, { XDG_STATE_HOME: join(folder, 'a', 'b') });
    const made = statSync(dirname(place?.kind === 'sqlite' ? place.file : ''));
    expect([made.isDirectory(), made.mode & 0o777]).toEqual([true, 0o700]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('where no folder can be made, it ends: the attempt to open the file says why', () => {
  const place = historyPlace({ mm2: 'mm2.properties' }, { XDG_STATE_HOME: '/proc/none/such' });
  expect(place).toMatchObject({ kind: 'sqlite', file: expect.stringContaining('/proc/none/such/tidemark/') });
});
