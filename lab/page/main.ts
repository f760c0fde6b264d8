import { mkdtempSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { Access } from '../../cli/verbs/serve/access.ts';
import { LagLog } from '../../cli/verbs/serve/lag-log.ts';
import { hostAndPort } from '../../cli/verbs/serve/listen-address.ts';
import { MetricsText } from '../../cli/verbs/serve/metrics-text.ts';
import { preparePage } from '../../cli/verbs/serve/page/prepare-page.ts';
import { PastAudits } from '../../cli/verbs/serve/past-audits.ts';
import { ServedAudits } from '../../cli/verbs/serve/served-audits.ts';
import { createAuditServer, listen } from '../../cli/verbs/serve/server.ts';
import { DEFAULT_AUDIT_POLICY } from '../../shared/domain/judge/audit-policy.ts';
import { evidenceGoldens } from '../../test/shared/failover/evidence/golden.ts';
import { scriptOptions } from '../script-options.ts';
import { temporaryParent } from '../temporary-folder.ts';
import { type Look, lookAt, openBrowser, type Screen } from './browser.ts';
import { largeHistory } from './large-history.ts';
import { largeReport } from './large-report.ts';
import { LiveStates } from './live-states.ts';

/**
 * `npm run drill:page`: looks at the page of `tidemark serve`, at the file of `tidemark report`, and at evidence of failovers, in a real Chromium: real clusters in each state, hostile
 * names, a large flow; wide and 320 px, light and dark. Leaves pictures in a folder that it names. Exits 1 if a page
 * gives an error, has a serious fault of accessibility, is wider than the screen, or takes a second to appear.
 */
const SCREENS: readonly Screen[] = [
  { width: 1_280, scheme: 'light' },
  { width: 1_280, scheme: 'dark' },
  { width: 320, scheme: 'light' },
  { width: 320, scheme: 'dark' },
];
const SLOWEST_MS = 1_000;

const values = scriptOptions({
  name: 'drill:page',
  does: 'Looks at the page of tidemark serve in a real Chromium, over real clusters. Leaves pictures in a folder that it names.',
  options: { 'only-large': { type: 'boolean', says: 'only the large flow, without clusters' } },
});
const folder = mkdtempSync(join(temporaryParent(), 'tidemark-page-'));
const browser = await openBrowser();
const looks: Look[] = [];
/** The first page of a new browser also starts its processes. */
await lookAt(browser, 'data:text/html,<title>x</title><h1>x</h1>', {
  name: 'first',
  width: 320,
  scheme: 'light',
  folder,
});

async function look(name: string, url: string, also?: (page: Page) => Promise<readonly string[]>): Promise<void> {
  process.stderr.write(`looking at ${name} …\n`);
  for (const screen of SCREENS) looks.push(await lookAt(browser, url, { name, folder, ...screen }, also));
}

async function lookAtLarge(): Promise<void> {
  const now = Date.now();
  const audits = new ServedAudits(60_000, 60_000, now);
  const lag = new LagLog();
  const report = largeReport(now);
  const past = new PastAudits([], DEFAULT_AUDIT_POLICY, await largeHistory(report));
  const server: Server = createAuditServer({
    served: { audits, metrics: new MetricsText([], 50), lag, past, now: () => Date.now() },
    access: new Access(null),
    failed: (error) => process.stderr.write(`${String(error)}\n`),
  });
  lag.add({ ...report, at: now - 60_000 });
  lag.add(report);
  preparePage(report);
  audits.succeeded(report, now);
  const url = `http://${hostAndPort(await listen(server, { host: '127.0.0.1', port: 0 }))}`;
  await look('large', `${url}/`);
  await look('large-group', `${url}/?group=team-7.consumer`);
  await look('large-mapping', `${url}/?partition=orders.region-5-1#mapping`, async (page) =>
    (await page.locator('#mapping tbody tr').count()) === 4 ? [] : ['the mapping lacks stretches of the history'],
  );
  server.close();
  for (const { name, page } of evidenceGoldens()) await look(`evidence-${name}`, pathToFileURL(page).href);
}

async function lookAtLive(): Promise<void> {
  process.stderr.write('starting two clusters and MirrorMaker 2 …\n');
  const live = await LiveStates.start();
  try {
    await live.healthy();
    await look('healthy', `${live.url}/`);
    const before = await live.now();
    await live.hostileNames();
    await look('hostile-names', `${live.url}/`, async (page) =>
      /^. [A-Z ]+ A->B · Tidemark$/.test(await page.title()) ? [] : ['a name of a group changed the title'],
    );
    await live.transactions();
    await look('mapping', `${live.url}/?partition=orders-0#mapping`, async (page) => {
      const [lines, rows] = [
        await page.locator('#mapping .line').count(),
        await page.locator('#mapping tbody tr').count(),
      ];
      return lines >= 1 && rows >= 2 ? [] : [`the mapping has ${lines} lines and ${rows} rows`];
    });
    await look('mapping-past', `${live.url}/?partition=orders-0&as-of=${encodeURIComponent(before)}`);
    await live.mirrorStopped();
    await look('mm2-stopped', `${live.url}/`, scrubs);
    await look('past', `${live.url}/?as-of=${encodeURIComponent(before)}`);
    await live.sourceDead();
    await look('source-dead', `${live.url}/`);
    const report = join(folder, 'report.html');
    await live.report(report);
    await look('report', pathToFileURL(report).href);
    await look('runbook', `${live.url}/runbook#mirror-stopped`);
  } finally {
    await live.stop();
  }
}

/** The slider leads to the past. It is tried on one screen after the other: each begins at the present. */
async function scrubs(page: Page): Promise<readonly string[]> {
  const here = page.url();
  await page.locator('#slider').focus();
  await Promise.all([page.waitForURL(/as-of=2/), page.keyboard.press('Home')]);
  const past = await page.locator('.banner.past').count();
  await page.goto(here, { waitUntil: 'load' });
  return past === 1 ? [] : ['the slider does not lead to the past'];
}

try {
  await lookAtLarge();
  if (!values['only-large']) await lookAtLive();
} finally {
  await browser.close();
}
for (const { name, errors, axe, isTooWide, firstPaintMs } of looks) {
  for (const error of errors) process.stdout.write(`FAULT ${name}: ${error}\n`);
  for (const fault of axe) process.stdout.write(`FAULT ${name}: axe ${fault}\n`);
  if (isTooWide) process.stdout.write(`FAULT ${name}: wider than the screen\n`);
  if (firstPaintMs >= SLOWEST_MS) process.stdout.write(`FAULT ${name}: first paint after ${firstPaintMs} ms\n`);
}
const count = (of: (one: Look) => number): number => looks.reduce((sum, one) => sum + of(one), 0);
const slowest = Math.max(...looks.map(({ firstPaintMs }) => firstPaintMs));
const [errors, axe, wide] = [
  count((one) => one.errors.length),
  count((one) => one.axe.length),
  count((one) => Number(one.isTooWide)),
];
process.stdout.write(
  `PAGE looks=${looks.length} errors=${errors} axe_serious=${axe} too_wide=${wide} slowest_first_paint_ms=${slowest} pictures=${folder}\n`,
);
process.exit(errors + axe + wide === 0 && slowest < SLOWEST_MS ? 0 : 1);
