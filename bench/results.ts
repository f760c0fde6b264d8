import type { ReportCheck, WholeAudit } from './audit-measure.ts';
import type { ClusterReading } from './cluster-reading.ts';
import { type Heat, median } from './race.ts';
import { GROUPS, PAIRS, PARTITIONS_PER_TOPIC, TOPICS } from './scale-plan.ts';
import { renderTable } from './table.ts';

export interface Results {
  /** Readings of fresh processes that each read the cluster once. */
  readonly cold: readonly ClusterReading[];
  /** Tidemark's heat and the AdminClient's, by round trip in milliseconds. */
  readonly heats: ReadonlyMap<number, readonly [Heat, Heat]>;
  readonly audits: readonly [WholeAudit, ...WholeAudit[]];
  readonly check: ReportCheck;
  readonly turns: readonly Turn[];
}

/** An audit that looks at records, as every audit does, and one that does not. */
export interface Turn {
  readonly looking: WholeAudit;
  readonly without: WholeAudit;
}

/** Limits of `npm run bench:audit` for reading one cluster, and for the share of looks; it fails if one is missed. */
const BARS = { requests: 20, ratio: 0.35, peakMib: 250, lookingShare: 0.2 };
/** Limits for the whole audit of two clusters. */
const AUDIT_BARS = { freshMs: 1_300, warmMs: 800, freshCpuMs: 1_000, warmCpuMs: 500, peakMib: 300 };

export interface Summary {
  readonly pairs: number;
  /** Requests to the busiest broker in the first round, including those for connecting. */
  readonly requests: number;
  readonly coldMs: number;
  readonly warmMs: number;
  readonly adminClientWarmMs: number;
  readonly ratio: number;
  /** Peak of a process that reads the cluster once, like an audit. */
  readonly peakMib: number;
  /** Share of a whole audit's time that it takes to look at records: to compare them, and to explain what is missing. */
  readonly lookingShare: number;
}

export function summaryOf({ heats, cold, turns }: Results): Summary {
  const [ours, theirs] = heats.get(0) ?? [];
  if (ours === undefined || theirs === undefined) throw new Error('nothing was measured');
  const warmMs = warm(ours);
  const adminClientWarmMs = warm(theirs);
  return {
    pairs: ours.first.pairs,
    requests: ours.first.requests ?? 0,
    coldMs: median(cold.map(({ ms }) => ms)),
    warmMs,
    adminClientWarmMs,
    ratio: warmMs / adminClientWarmMs,
    peakMib: Math.max(...cold.map(({ peakMib }) => peakMib)),
    lookingShare: 1 - median(turns.map(({ without }) => without.ms)) / median(turns.map(({ looking }) => looking.ms)),
  };
}

/** The summary line, for scripts. */
export function renderSummary(summary: Summary): string {
  const { pairs, requests, coldMs, warmMs, adminClientWarmMs, ratio, peakMib } = summary;
  const times = `cold_ms=${whole(coldMs)} warm_ms=${whole(warmMs)} adminclient_warm_ms=${whole(adminClientWarmMs)}`;
  return `AUDIT pairs=${pairs} requests=${requests} ${times} ratio=${ratio.toFixed(2)} peak_mib=${whole(peakMib)}`;
}

/** One sentence per missed limit. */
export function missedBars({ audits, turns, check }: Results, summary: Summary): string[] {
  const missed: string[] = [];
  const say = (isMissed: boolean, sentence: string): void => void (isMissed && missed.push(sentence));
  const { pairs, requests, ratio, peakMib, lookingShare } = summary;
  say(pairs !== PAIRS, `${pairs} pairs were read, not ${PAIRS}`);
  say(requests > BARS.requests, `${requests} requests to one broker, more than ${BARS.requests}`);
  say(ratio > BARS.ratio, `ratio ${ratio.toFixed(3)}, more than ${BARS.ratio}`);
  say(peakMib > BARS.peakMib, `peak of ${whole(peakMib)} MiB, more than ${BARS.peakMib}`);
  say(lookingShare > BARS.lookingShare, `${percent(lookingShare)} of an audit's time goes to looking at records`);
  const [fresh, ...later] = audits;
  const warm = [...later, ...turns.map(({ looking }) => looking)];
  const within = (what: string, value: number, bar: number, unit: string): void =>
    say(value > bar, `the whole audit: ${what} ${whole(value)} ${unit}, more than ${bar}`);
  within('in a fresh process', fresh.ms, AUDIT_BARS.freshMs, 'ms');
  within('in a process that continues, median', median(warm.map(({ ms }) => ms)), AUDIT_BARS.warmMs, 'ms');
  within('CPU in a fresh process', fresh.cpuMs, AUDIT_BARS.freshCpuMs, 'ms');
  within('CPU in a process that continues, median', median(warm.map((one) => one.cpuMs)), AUDIT_BARS.warmCpuMs, 'ms');
  within('peak memory', Math.max(...audits.map((one) => one.peakMib)), AUDIT_BARS.peakMib, 'MiB');
  for (const [alias, count] of Object.entries(audits[0].requests)) {
    say(count > BARS.requests, `the whole audit: ${count} requests to one broker of ${alias}`);
  }
  say(check.lag !== check.waiting, `the audit reports a lag of ${check.lag}, but ${check.waiting} records wait`);
  missed.push(...check.wrong.map((fault) => `the audit is wrong: ${fault}`));
  return missed;
}

export function renderResults(results: Results): string {
  const [audit] = results.audits;
  const { check } = results;
  const { lookingShare } = summaryOf(results);
  const proofs = Object.entries(audit.proofs).map(([proof, pairs]) => `${pairs} ${proof}`);
  return `
Reading one cluster: ${TOPICS * PARTITIONS_PER_TOPIC} partitions, ${GROUPS} groups, ${PAIRS} pairs
${renderTable([
  ['', 'requests', 'first ms', 'warm ms', '(from - to)', 'CPU ms', 'peak MiB', 'at the end'],
  ...[...results.heats].flatMap(([roundTrip, [ours, theirs]]) => {
    const path = roundTrip === 0 ? '' : `, ${roundTrip} ms round trip`;
    return [heatRow(`Tidemark${path}`, ours), heatRow(`AdminClient${path}`, theirs)];
  }),
])}

Whole audit of two such clusters, every pair judged: ${audit.verdict} (${audit.reasons.join(', ') || 'no findings'})
${renderTable([
  ['', 'requests', 'ms', 'CPU ms', 'peak MiB'],
  ...results.audits.map((one, i) => [
    i === 0 ? 'in a fresh process' : 'again in it',
    Object.entries(one.requests)
      .map(([alias, count]) => `${alias} ${count}`)
      .join(', '),
    whole(one.ms),
    whole(one.cpuMs),
    whole(one.peakMib),
  ]),
])}
in a process that continues, median of the turns: ${turnMedians(results.turns)}
looking at records, in ${results.turns.length} turns with audits that do not: ${percent(lookingShare)} of the time
pairs by proof: ${proofs.join(', ')}
held against what was written: lag ${check.lag} of ${check.waiting}, no record skipped; ${check.rereads} read twice, ${check.mm2Rereads} where MM2 puts the groups
`;
}

function turnMedians(turns: readonly Turn[]): string {
  const of = (value: (audit: WholeAudit) => number): string =>
    whole(median(turns.map(({ looking }) => value(looking))));
  return `${of(({ ms }) => ms)} ms, CPU ${of(({ cpuMs }) => cpuMs)} ms`;
}

function heatRow(name: string, { first, later }: Heat): string[] {
  const times = later.map(({ ms }) => ms);
  const range = `(${whole(Math.min(...times))} - ${whole(Math.max(...times))})`;
  const cpu = whole(median(later.map(({ cpuMs }) => cpuMs)));
  const requests = first.requests === undefined ? '' : String(first.requests);
  const atEnd = Math.max(...later.map(({ peakMib }) => peakMib));
  return [name, requests, whole(first.ms), whole(median(times)), range, cpu, whole(first.peakMib), whole(atEnd)];
}

function warm({ later }: Heat): number {
  return median(later.map(({ ms }) => ms));
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}

function whole(value: number): string {
  return value.toFixed(0);
}
