import { expect, test } from '@jest/globals';
import { MetricsText } from '../../../../cli/verbs/serve/metrics-text.ts';
import { ServedAudits } from '../../../../cli/verbs/serve/served-audits.ts';
import { AT, flow, group, report } from '../sample-report.ts';

const groupsIn = (text: string) => new Set([...text.matchAll(/group="([^"]*)"/g)].map(([, name]) => name));
const skipping = (name: string, records: bigint) =>
  group({
    group: name,
    mm2: {
      kind: 'at',
      position: 1n,
      from: 'checkpoint',
      cost: { kind: 'known', rereadAtMost: 0n, skipAtMost: records },
    },
  });

test('in an hour no more groups than the limit have series', async () => {
  const audits = new ServedAudits(60_000, 60_000, AT);
  const metrics = new MetricsText(['A->B'], 5);
  const seen = new Set<string>();
  for (let minute = 0; minute < 50; minute++) {
    const groups = Array.from({ length: 20 }, (_, n) => skipping(`g${n}`, BigInt((n * 7 + minute * 3) % 20)));
    const now = AT + minute * 60_000;
    audits.succeeded({ at: now, flows: [flow({ groups })] }, now);
    const text = await metrics.text(audits, now);
    for (const name of groupsIn(text)) seen.add(name ?? '');
  }
  expect(seen.size).toBeLessThanOrEqual(5);
});

test('numbers of an audit that failed or is long ago are gone; that it was not completed is there', async () => {
  const audits = new ServedAudits(60_000, 60_000, AT);
  const metrics = new MetricsText(['A->B', 'B->A'], 5);
  expect(await metrics.text(audits, AT)).not.toContain('tidemark_audit_completed');
  audits.succeeded(report(flow()), AT);
  expect(await metrics.text(audits, AT)).toContain('tidemark_lag_records_maximum{flow="A->B"} 34');
  const stuck = await metrics.text(audits, AT + 181_000);
  audits.failed({ at: AT, code: 'X', message: 'x' }, AT);
  for (const text of [stuck, await metrics.text(audits, AT)]) {
    expect(text).not.toContain('lag_records');
    expect(text).toContain('tidemark_audit_completed{flow="A->B"} 0\ntidemark_audit_completed{flow="B->A"} 0\n');
    expect(text).toContain('tidemark_audit_interval_seconds 60');
  }
});
