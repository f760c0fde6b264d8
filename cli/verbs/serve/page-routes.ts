import { pointInTime } from '../../options/point-in-time.ts';
import type { Answer } from './answer.ts';
import { auditPage } from './page/audit-page.ts';
import { type Asked, askedOf } from './page/links.ts';
import { runbookPage } from './page/runbook-page.ts';
import { pastFailure, type Route, type Served } from './routes.ts';
import { runbookText } from './runbook-text.ts';

/** Paths that a browser shows. */
export const PAGE_ROUTES: Readonly<Record<string, Route>> = {
  '/': async (query, served) => {
    const asked = askedOf(query);
    const { audits, past, lag, now } = served;
    const { report, problem } =
      asked.asOf === null ? { report: audits.report, problem: null } : await pastOf(asked.asOf, served);
    const times = await (past?.times().catch(() => []) ?? []);
    return auditPage({
      now: now(),
      asked: written(asked, now()),
      audits,
      report,
      problem,
      times,
      lag: (flow) => lag.of(flow),
    });
  },
  '/runbook': async () => runbookPage(runbookText()),
};

async function pastOf(asOf: string, { past, now }: Served) {
  if (past === null) return { report: null, problem: 'The history is off, so nothing of the past is known.' };
  try {
    return { report: await past.at(pointInTime(asOf, now())), problem: null };
  } catch (error) {
    return { report: null, problem: sentenceOf(pastFailure(error)) };
  }
}

function sentenceOf({ body }: Answer): string {
  return (JSON.parse(String(body)) as { readonly message: string }).message;
}

/** `2h` as the time that it meant, so that links from the page mean the same later. */
function written(asked: Asked, now: number): Asked {
  if (asked.asOf === null) return asked;
  try {
    return { ...asked, asOf: new Date(pointInTime(asked.asOf, now)).toISOString() };
  } catch {
    return asked;
  }
}
