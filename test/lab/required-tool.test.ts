import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const LAB = fileURLToPath(new URL('../../lab/', import.meta.url));

describe('GIVEN a missing tool that the lab needs', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tidemark-tools-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('Java: npm run lab reports it in one sentence, with the command that installs it', () => {
    const result = spawnSync(process.execPath, [join(LAB, 'main.ts')], {
      encoding: 'utf8',
      env: { ...process.env, PATH: folder },
    });
    const lines = result.stderr.trim().split('\n');
    expect(lines.at(-1)).toMatch(/^The lab needs Java 17 or newer, .* install it with: (sudo apt-get|brew) install /);
    expect(result.stderr).not.toContain('    at ');
    expect(result.status).toBe(3);
  });

  test('Maven: it is needed only the first time, when there is no cache', () => {
    const java = spawnSync('sh', ['-c', 'command -v java'], { encoding: 'utf8' }).stdout.trim();
    symlinkSync(java, join(folder, 'java'));
    const script = `
      import { resolveClasspath } from ${JSON.stringify(join(LAB, 'maven-classpath.ts'))};
      await resolveClasspath(${JSON.stringify(join(folder, 'cache'))}).catch((error) => console.log(error.code, error.message));`;
    const result = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      env: { ...process.env, PATH: folder },
    });
    expect(result.stdout).toMatch(/^LAB_TOOL_MISSING The lab needs Maven, .* install it with: .* install .*maven\n$/);
  });
});
