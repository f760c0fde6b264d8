import { describe, expect, test } from '@jest/globals';
import { hashOfSubject } from '../../../../shared/domain/failover/approval-subject.ts';
import type { RunEvent } from '../../../../shared/domain/failover/run-event.ts';
import { renderEvidencePage } from '../../../../shared/failover/evidence/evidence-page.ts';
import type { StoredRun } from '../../../../shared/failover/run-entry-schema.ts';
import { sha256 } from '../../../../shared/failover/sha256.ts';
import { chained, completedRun, failbackRun, namedRun, undoneRun, unplannedRun, waitingRun } from './recorded-runs.ts';

/** What a person reads, without the record at the end. */
function plain(stored: StoredRun): string {
  return renderEvidencePage(stored)
    .replace(/<style>.*<\/style>/s, '')
    .replace(/<pre id="record">.*<\/pre>/s, '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&quot;', '"')
    .replace(/\s+/g, ' ');
}

/** The run with other events: each is given, and given back. */
function withEvents({ record, entries }: StoredRun, change: (event: RunEvent) => RunEvent): StoredRun {
  return chained(
    record.run,
    entries.map(({ at, epoch, event }) => ({ at, epoch, event: change(event) })),
  );
}

test('the page of a failback says what it takes back, and has its own steps', async () => {
  const stored = await failbackRun();
  const text = plain(stored);
  expect(text).toContain('Failback of B-&gt;A : completed');
  expect(text).toContain('its source is the cluster to which the failover had led them.');
  expect(text).toContain('failback: clients return to where a failover had led them away from');
  expect(text).toContain(`Takes back run 20261122T0500Z-failover , whose last entry has the hash ${'f'.repeat(64)}`);
  expect(text).toContain('Set where the mirror of the way back begins');
  expect(text).toContain('Read back as they were set: 1 offset of the mirror.');
  expect(text).toContain('orders-0 100 A.orders-0 80');
  expect(text).toContain('Every step was carried out, and its effect read back.');
});

describe('the page of a completed run', () => {
  test('says who approved what, the objectives, positions before and after, and the points', async () => {
    const stored = await completedRun();
    const text = plain(stored);
    expect(text).toContain('Failover of A-&gt;B : completed');
    expect(text).toContain(
      `anna at 2096-11-22T06:00:00.000Z , by the hash ${stored.record.hash} (who also assessed it)`,
    );
    expect(text).toContain('0 records (proven) not on the target yet');
    expect(text).toContain('0 records. Recovery point objective (RPO): at most 0 records: kept .');
    expect(text).toContain('48 s. Recovery time objective (RTO): at most 5 min: kept .');
    expect(text).toContain('billing A.orders-0 40 7 40 2 0 exact');
    expect(text).toContain('orders-0 100 A.orders-0 100');
    expect(text).toContain('Every step was carried out, and its effect read back.');
    expect(text).toContain(
      'All together read at most 4 records again, and at most 0 records are never read by a group.',
    );
    expect(text).toContain('Of the 2 groups whose consumers were stopped on the source, 2 had some on the target.');
    expect(text).toMatch(/stop-mirror : done \S+ took 45 s, in 2 attempts/);
    expect(text).toContain('First consumer on the target unknown, because no group was seen to read on the target');
    expect(text).toContain(stored.entries.at(-1)?.hash);
  });

  test('says when a consumer was first seen to have read on the target, and why a position is not exact', async () => {
    const firstRead = { group: 'billing', seenAt: '2096-11-22T06:00:47.500Z' };
    const text = plain(
      withEvents(await completedRun(), (event) => {
        if (event.kind !== 'done') return event;
        if (event.step === 'verify') return { ...event, evidence: { ...Object(event.evidence), firstRead } };
        if (event.step !== 'restore-groups') return event;
        const { written, ...rest } = Object(event.evidence);
        const worse = { proof: 'conservative', reason: 'no offset sync holds here' };
        return { ...event, evidence: { ...rest, written: [{ ...written[0], ...worse }] } };
      }),
    );
    expect(text).toContain('First consumer on the target 48 s after the approval, group billing had read there.');
    expect(text).toContain(
      'Group billing was the first that was seen to have read there, at 2096-11-22T06:00:47.500Z.',
    );
    expect(text).toContain('billing A.orders-0 40 7 40 2 0 conservative: no offset sync holds here');
  });

  test('tells what failed and was tried again', async () => {
    const text = plain(await completedRun());
    expect(text).toContain('Step stop-mirror failed : Connect does not answer (CONNECT_UNREACHABLE)');
    expect(text.match(/tried again : attempt 2/g)).toHaveLength(1);
  });

  test('says what could not be seen, and does not judge without an objective', async () => {
    const stored = await completedRun();
    const subject = { ...stored.record.subject, rpoRecords: null, rtoSeconds: null };
    const hash = hashOfSubject(subject, sha256);
    const text = plain(
      withEvents(stored, (event) => {
        if (event.kind === 'assessed') return { ...event, subject, hash };
        if (event.kind === 'approved') return { ...event, hash };
        if (event.kind !== 'done') return event;
        const evidence: Partial<Record<string, Extract<RunEvent, { kind: 'done' }>['evidence']>> = {
          fence: { up: null, canary: null, stillMs: 3_000, sourceEnds: {} },
          drain: { sourceEnds: { orders: ['100'] }, missing: '7', proven: true },
          'switch-name': { known: null },
          verify: { positions: 2, groups: 2, active: 1, source: { kind: 'not-read', reason: 'A does not answer' } },
        };
        return { ...event, evidence: evidence[event.step] ?? event.evidence };
      }),
    );
    expect(text).toContain('7 records. Recovery point objective (RPO): none was configured, so it is not judged.');
    expect(text).toContain('but for 7 records that MirrorMaker will never copy');
    expect(text).toContain(
      'a write to the source as an ordinary application, which must be refused the configuration names none',
    );
    expect(text).toContain('reading back step switch-name nothing says whether it took effect');
    expect(text).toContain('checking at the end that nobody writes to the source A does not answer');
    expect(text).toContain('1 of 2 groups had consumers. The source was not read.');
  });

  test.each([
    ['too many', null, 'Unknown , because 2 positions are too many for one entry'],
    ['of an older version', undefined, 'Unknown , because the version of Tidemark that carried it out did not record'],
  ])('positions that are %s are unknown', async (_, written, message) => {
    const evidence = { positions: 2, plan: 'p', ...(written === undefined ? {} : { written }) };
    const stored = withEvents(await completedRun(), (event) =>
      event.kind === 'done' && event.step === 'restore-groups' ? { ...event, evidence } : event,
    );
    expect(plain(stored)).toContain(message);
  });

  test('objectives that were not kept are said to be broken', async () => {
    const stored = withEvents(await completedRun(), (event) =>
      event.kind === 'done' && event.step === 'drain'
        ? { ...event, evidence: { sourceEnds: { orders: ['100'] }, missing: '7', proven: true } }
        : event,
    );
    expect(plain(stored)).toContain('7 records. Recovery point objective (RPO): at most 0 records: broken .');
  });
});

test('a run without a source: the loss is unknown with its reason, and the accepted gate is named', async () => {
  const text = plain(await unplannedRun());
  expect(text).toContain('unknown, because A does not answer');
  expect(text).toContain('unknown, because the source does not answer: what it had not mirrored stays there');
  expect(text).toContain('at most 0 records: unknown .');
  expect(text).toContain('LOSS_UNKNOWN: it was not known how many records would be lost');
  expect(text).toContain('step fence the source does not answer: fence it before it is started again');
  expect(text).toContain('orders-0 unknown A.orders-0 100');
});

test('a run that was undone, and one that nobody approved, claim nothing', async () => {
  const undone = plain(await undoneRun());
  expect(undone).toContain('Failover of A-&gt;B : undone');
  expect(undone).toContain(
    'unknown, because the run was undone. Recovery time objective (RTO): at most 5 min: unknown',
  );
  expect(undone).toContain('step fence it was done or begun, and then undone');
  expect(undone).toContain('step verify the run was undone before');
  const waiting = plain(await waitingRun());
  expect(waiting).toContain('Approved by nobody');
  expect(waiting).toContain('Unknown , because step restore-groups, which writes the positions, was not completed');
  expect(waiting).toContain('step fence the run was not approved');
});

test('positions that were put back later are said to be', async () => {
  const place = { group: 'billing', topic: 'A.orders', partition: 0, from: null, to: '40' };
  const written = [{ ...place, rereadAtMost: '2', skipAtMost: '0', proof: 'exact' }];
  const stored = withEvents(await undoneRun(), (event) =>
    event.kind === 'failed' ? { kind: 'done', step: 'restore-groups', evidence: { positions: 1, written } } : event,
  );
  const text = plain(stored);
  expect(text).toContain('billing A.orders-0 unknown none 40 2 0 exact');
  expect(text).toContain('They were put back later : see the undo in the timeline.');
  expect(plain(await completedRun())).not.toContain('They were put back later');
});

describe('a stranger can open it', () => {
  test.each([
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onload='x",
    '</pre></details><h1>completed</h1>',
    '<pre id="record">{}</pre>',
    '\u202egnp.exe',
    '&lt;b&gt;',
    'constructor',
  ])('the name %j is text wherever it is', async (name) => {
    const page = renderEvidencePage(await namedRun(name));
    const harmless = renderEvidencePage(await namedRun('harmless'));
    const tags = (text: string) => text.match(/<[a-z!/][^>]*>/gi)?.map((tag) => tag.replace(/"[^"]*"/g, '""'));
    expect(tags(page)).toEqual(tags(harmless));
    expect(page).not.toContain('\u202e');
  });

  test('it loads nothing and runs no script', async () => {
    const page = renderEvidencePage(await completedRun());
    expect(page).toContain(
      `content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"`.replaceAll("'", '&#39;'),
    );
    expect(page).not.toMatch(/<script|src=|@import|url\(|https?:/);
  });
});
