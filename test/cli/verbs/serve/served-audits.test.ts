import { expect, test } from '@jest/globals';
import { health } from '../../../../cli/verbs/serve/health.ts';
import { ServedAudits } from '../../../../cli/verbs/serve/served-audits.ts';
import { flow, report } from '../sample-report.ts';

const START = Date.UTC(2026, 10, 20, 10, 0, 0);
const failure = { at: START, code: 'NOTHING_AUDITED', message: 'no broker of A at kafka.example.com answers' };
const healthOf = (audits: ServedAudits, now: number) => {
  const { status, body } = health(audits, now);
  return { ...(JSON.parse(body as string) as object), code: status };
};

test('alive while audits end: with a result, without one, and while the first is under way', () => {
  const audits = new ServedAudits(60_000, 60_000, START);
  expect(healthOf(audits, START + 180_000)).toMatchObject({ code: 200, status: 'starting' });
  expect(healthOf(audits, START + 180_001)).toMatchObject({
    code: 503,
    status: 'stuck',
    why: 'no audit has ended since the start 180 s ago, more than 180 s',
  });
  audits.succeeded(report(flow()), START + 200_000);
  expect(healthOf(audits, START + 380_000)).toMatchObject({ code: 200, why: 'the last audit ended 180 s ago' });
  expect(healthOf(audits, START + 381_000)).toMatchObject({
    code: 503,
    why: 'the last audit ended 181 s ago, more than 180 s',
  });
  audits.failed(failure, START + 400_000);
  const failed = healthOf(audits, START + 410_000);
  expect(failed).toMatchObject({ code: 200, why: 'the last audit failed 10 s ago, and the next will try again' });
  expect(JSON.stringify(failed)).not.toContain('kafka');
});

test('a report is current until an audit fails or none ends any longer', () => {
  const audits = new ServedAudits(10_000, 60_000, START);
  expect(audits.isCurrent(START)).toBe(false);
  audits.succeeded(report(flow()), START);
  expect([audits.isCurrent(START + 180_000), audits.isCurrent(START + 180_001)]).toEqual([true, false]);
  audits.failed(failure, START + 1_000);
  expect([audits.isCurrent(START + 1_000), audits.report === null]).toEqual([false, false]);
  audits.succeeded(report(flow()), START + 2_000);
  expect(audits.isCurrent(START + 2_000)).toBe(true);
});
