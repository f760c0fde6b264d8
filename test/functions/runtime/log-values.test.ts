import { Logger } from '@aws-lambda-powertools/logger';
import { expect, test } from '@jest/globals';
import { logValue } from '../../../functions/runtime/log-values.ts';

test('no hidden character of a name reaches the log, whatever JSON makes of it', () => {
  const lines: string[] = [];
  const logger = new Logger({ jsonReplacerFn: logValue });
  Object.assign(logger, { console: { ...console, info: (line: string) => lines.push(line) } });
  logger.info('group x\u009b31m', { names: ['a\u001b[2J\nb\u202e'], at: 5 });
  const [line = ''] = lines;
  expect(line).not.toMatch(/[^\x20-\x7e]/);
  expect(JSON.parse(line)).toMatchObject({ message: 'group x<U+009B>31m', names: ['a\u001b[2J\nb<U+202E>'], at: 5 });
});
