import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { resolveClasspath } from '../../../../lab/maven-classpath.ts';
import { kafkaErrorCode, knownErrorCodes } from '../../../../shared/adapters/kafka/kafka-error-code.ts';

test('codes, names and what may be tried again are Kafka’s own', async () => {
  const oracle = fileURLToPath(new URL('java/ErrorsOracle.java', import.meta.url));
  const printed = execFileSync('java', ['-XX:TieredStopAtLevel=1', '-cp', await resolveClasspath(), oracle], {
    encoding: 'utf8',
  });
  const kafka = new Map(
    printed
      .trim()
      .split('\n')
      .map((line) => line.split(' '))
      .map(([code, name, retriable]) => [Number(code), { code: Number(code), name, retriable: retriable === 'true' }]),
  );
  expect(kafka.size).toBeGreaterThan(100);
  for (const known of knownErrorCodes()) expect(known).toEqual(kafka.get(known.code));
});

test('a code that is not known here keeps its number', () => {
  expect(kafkaErrorCode(9_999)).toEqual({ code: 9_999, name: 'KAFKA_ERROR_9999', retriable: false });
});
