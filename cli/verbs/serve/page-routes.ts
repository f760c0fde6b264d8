import type { FlowReport } from '../../../shared/domain/model/report.ts';
import { partitionName } from '../../../shared/domain/model/topic-partition.ts';
import { pointInTime } from '../../options/point-in-time.ts';
import type { Answer } from './answer.ts';
import { mappingStretches } from './mapping-stretches.ts';
import { auditPage, shownFlow } from './page/audit-page.ts';
import { type Asked, askedOf } from './page/links.ts';
import type { ShownMapping } from './page/mapping.ts';
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
      mapping: await mappingOf(shownFlow(report, asked), asked, served),
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

/** The mapping of the partition that was asked for, from the history; null if none was. */
async function mappingOf(flow: FlowReport | null, asked: Asked, { past, now }: Served): Promise<ShownMapping | null> {
  const { partition, asOf } = asked;
  if (partition === null || flow === null) return null;
  const unknown = (reason: string): ShownMapping => ({ kind: 'unknown', partition, reason });
  const found = flow.partitions.find((one) => partitionName(one.topic, one.partition) === partition);
  if (found === undefined) return unknown('No audited partition has this name: it is the topic, a dash and a number.');
  if (past === null) return unknown('The history is off, so no earlier mapping is known.');
  try {
    const time = asOf === null ? now() : pointInTime(asOf, now());
    const syncs = await past.mapping(flow.flow, found.topic, found.partition, time);
    return { kind: 'known', partition, stretches: syncs === null ? [] : mappingStretches(syncs) };
  } catch (error) {
    return unknown(sentenceOf(pastFailure(error)));
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
