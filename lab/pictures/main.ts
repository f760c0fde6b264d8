import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Html } from '../../shared/text/html.ts';
import { type Look, lookAt, openBrowser, type Screen } from '../page/browser.ts';
import { scriptOptions } from '../script-options.ts';
import { temporaryParent } from '../temporary-folder.ts';
import { dashboardPage } from './dashboard-page.ts';
import { type Incident, readIncident, writeIncident } from './incident.ts';
import { liveIncidents } from './live-incidents.ts';
import { mailsPage } from './mail-page.ts';
import { slackPage } from './slack-message.ts';

/**
 * `npm run drill:pictures`: what on-call sees of an incident, as pictures: the messages in Slack, the mails, and the
 * dashboard with the metrics of the incident. All of it comes from a deployment over real clusters and MM2: the bundles,
 * the template and what the functions sent. Exits 1 if a page gives an error or is wider than its screen.
 */
const DESKTOP: Screen = { width: 1_240, scheme: 'light' };
const READER: Screen = { width: 760, scheme: 'light' };
const PHONE: Screen = { width: 390, scheme: 'light' };

const { again } = scriptOptions({
  name: 'drill:pictures',
  does: `Shows an incident as people see it: real clusters and MM2, audited as deployed; MM2 is killed, then the source. Leaves pictures of
the messages in Slack, the mails and the dashboard in a folder, and prints their paths. Takes five minutes.`,
  options: {
    again: {
      type: 'string',
      value: 'FOLDER',
      says: 'draws what an earlier run left there once more, without clusters',
    },
  },
});
const folder = again ?? mkdtempSync(join(temporaryParent(), 'tidemark-pictures-'));
const incidents = again === undefined ? await liveIncidents((line) => process.stderr.write(`${line}\n`)) : left(again);
if (again === undefined) for (const one of incidents) writeIncident(join(folder, `${one.name}.json`), one);

const browser = await openBrowser();
const looks: Look[] = [];
const counts = { slack: 0, mail: 0, dashboard: 0 };

async function picture(medium: keyof typeof counts, incident: Incident, page: Html, screen: Screen): Promise<void> {
  const name = `${incident.name}-${medium}`;
  const file = join(folder, `${name}.html`);
  writeFileSync(file, page.text);
  const looked = await lookAt(browser, pathToFileURL(file).href, { name, folder, ...screen });
  looks.push(looked);
  counts[medium]++;
  process.stdout.write(`${join(folder, `${name}-${screen.width}-${screen.scheme}.png`)}\n`);
}

try {
  for (const incident of incidents) {
    for (const screen of [READER, PHONE]) {
      if (incident.slack.length > 0) await picture('slack', incident, slackPage(incident.slack), screen);
      if (incident.mails.length > 0) await picture('mail', incident, mailsPage(incident.mails), screen);
    }
    await picture('dashboard', incident, dashboardPage(incident), DESKTOP);
  }
} finally {
  await browser.close();
}
for (const { name, errors, isTooWide } of looks) {
  for (const error of errors) process.stdout.write(`FAULT ${name}: ${error}\n`);
  if (isTooWide) process.stdout.write(`FAULT ${name}: wider than the screen\n`);
}
const errors = looks.reduce((sum, one) => sum + one.errors.length, 0);
const wide = looks.filter(({ isTooWide }) => isTooWide).length;
process.stdout.write(
  `PICTURES slack=${counts.slack} mail=${counts.mail} dashboard=${counts.dashboard} errors=${errors} too_wide=${wide} folder=${folder}\n`,
);
process.exit(errors + wide === 0 ? 0 : 1);

function left(there: string): readonly Incident[] {
  const files = readdirSync(there).filter((file) => file.endsWith('.json'));
  return files.map((file) => readIncident(join(there, file)));
}
