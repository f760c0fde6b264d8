import { PassThrough } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { createProgress } from '../../../cli/output/progress.ts';

function stream(isTTY: boolean): NodeJS.WriteStream & { text(): string } {
  const through = new PassThrough();
  const written: string[] = [];
  through.on('data', (chunk: Buffer) => written.push(chunk.toString()));
  return Object.assign(through as unknown as NodeJS.WriteStream, { isTTY, columns: 40, text: () => written.join('') });
}

describe('progress', () => {
  test('says nothing of what takes less than a second', () => {
    let now = 0;
    const err = stream(false);
    const progress = createProgress(err, () => now);
    progress.step('one');
    now = 999;
    progress.step('two');
    progress.end();
    expect(err.text()).toBe('');
  });

  test('elsewhere than on a terminal: a line for a step, once, at most every 10 s, without control characters', () => {
    let now = 0;
    const err = stream(false);
    const progress = createProgress(err, () => now);
    now = 1_500;
    progress.step('reading A->B');
    progress.step('reading A->B');
    for (let i = 0; i < 1_000; i++) progress.step(`reading A->B: ${i}`);
    now = 11_500;
    progress.step('comparing');
    progress.end();
    expect(err.text()).toBe('reading A->B …\ncomparing …\n');
  });

  test('on a terminal: one line with the seconds, within its width, gone at the end', () => {
    let now = 0;
    const err = stream(true);
    const progress = createProgress(err, () => now);
    now = 3_000;
    progress.step(`reading ${'x'.repeat(80)}`);
    progress.end();
    const [, shown = ''] = err.text().split('\r\u001b[K');
    expect(shown.length).toBeLessThan(40);
    expect(err.text().endsWith('\r\u001b[K')).toBe(true);
  });
});
