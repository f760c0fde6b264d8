import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LagLog } from '../../../../cli/verbs/serve/lag-log.ts';
import { MetricsText } from '../../../../cli/verbs/serve/metrics-text.ts';
import { PAGE_ROUTES } from '../../../../cli/verbs/serve/page-routes.ts';
import { PastAudits } from '../../../../cli/verbs/serve/past-audits.ts';
import { ServedAudits } from '../../../../cli/verbs/serve/served-audits.ts';
import { openHistoryDatabase } from '../../../../shared/adapters/sqlite/open-database.ts';
import { createSqliteAcknowledgementStore } from '../../../../shared/adapters/sqlite/sqlite-acknowledgement-store.ts';
import { createSqliteSnapshotStore } from '../../../../shared/adapters/sqlite/sqlite-snapshot-store.ts';
import { DEFAULT_AUDIT_POLICY } from '../../../../shared/domain/judge/audit-policy.ts';
import { BEGIN, MINUTE, movedTo, openWriter, terms } from '../../../shared/history/recorded-flow.ts';
import { flow, partition, report } from '../sample-report.ts';

describe('the mapping on the page, from a history in SQLite', () => {
  const now = BEGIN + 5 * MINUTE;
  let past: PastAudits;
  let close: () => Promise<void>;

  beforeEach(async () => {
    const database = openHistoryDatabase(':memory:');
    const history = createSqliteSnapshotStore(database);
    close = () => history.close();
    const writer = await openWriter(history, BEGIN);
    for (const [minute, offset] of [1_000, 2_000, 2_500].entries()) {
      const at = BEGIN + minute * MINUTE;
      const state = movedTo(writer, at, offset);
      // MM2 wrote three records twice before this one.
      if (minute === 2) {
        const syncs = state.syncs('orders', 0);
        syncs.push({ upstream: 2_600n, downstream: 2_603n, timestamp: BigInt(at) });
      }
      await writer.record(state, terms(at));
    }
    past = new PastAudits(
      [],
      DEFAULT_AUDIT_POLICY,
      { history, acknowledgements: createSqliteAcknowledgementStore(database) },
      () => now,
    );
  });
  afterEach(() => close());

  const mappingOf = async (query: string, from: PastAudits | null = past): Promise<string> => {
    const audits = new ServedAudits(MINUTE, MINUTE, now);
    audits.succeeded(report(flow({ partitions: [partition(), partition({ topic: 'other' })] })), now);
    const served = { audits, metrics: new MetricsText([], 50), lag: new LagLog(), past: from, now: () => now };
    const answer = await PAGE_ROUTES['/']?.(new URLSearchParams(query), served);
    const [, mapping = ''] = String(answer?.body).split('id="mapping"');
    return (mapping.split('</section>')[0] ?? '').replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
  };

  test('has the stretches of the newest state', async () => {
    const text = await mappingOf('partition=orders-0');
    expect(text).toContain('2 stretches, newest first');
    expect(text).toContain('2,600 2,603 3 the target got 3 offsets more');
    expect(text).toContain('1,000 to 2,500 1,000 to 2,500 0 the oldest that is known');
  });

  test('is not there unasked, and says what is not known', async () => {
    expect(await mappingOf('')).toBe('');
    expect(await mappingOf('partition=other-0')).toContain('The history has no offset sync of this partition');
    expect(await mappingOf('partition=orders-77')).toContain('No audited partition has this name');
    expect(await mappingOf('partition=orders-0', null)).toContain('The history is off');
  });

  test('holds of the time that is asked for', async () => {
    const then = await past.mapping('A->B', 'orders', 0, BEGIN + MINUTE);
    expect(then?.upstream(then.length - 1)).toBe(2_000n);
    expect(await past.mapping('A->B', 'orders', 0, BEGIN - 1)).toBeNull();
  });
});
