import * as z from 'zod';
import type { ReceivedDatum } from '../../../lab/cloudwatch-endpoint.ts';
import { DEPLOYMENT_DIMENSION } from '../../../shared/contract/metrics.ts';

const count = z.string().regex(/^\d+$/).transform(Number);
const cost = z.object({ rereadAtMost: count.nullable(), skipAtMost: count.nullable() });
const known = z.object({ kind: z.literal('known'), records: count });
const unknown = z.object({ kind: z.literal('unknown') });
const age = z.discriminatedUnion('kind', [z.object({ kind: z.literal('known'), seconds: z.number() }), unknown]);

/** The part of `tidemark audit --format json` from which metrics are made. */
export const printedReport = z.object({
  schema: z.literal('tidemark.audit/1'),
  at: z.iso.datetime(),
  flows: z.array(
    z.object({
      flow: z.string(),
      verdict: z.string(),
      loss: z.discriminatedUnion('kind', [known.extend({ seconds: z.number().nullable() }), unknown]),
      ages: z.object({ mapping: age, checkpoints: age }).optional(),
      partitions: z.array(z.object({ lag: z.discriminatedUnion('kind', [known, unknown]), missing: count })),
      groups: z.array(z.object({ group: z.string(), mm2: cost, tidemark: cost })),
      findings: z.array(
        z.object({ code: z.string(), severity: z.string(), subject: z.object({ group: z.string().optional() }) }),
      ),
      unread: z.array(z.unknown()),
    }),
  ),
});

export type PrintedReport = z.infer<typeof printedReport>;

/** Metric and dimensions → all of its values, ascending: `LagRecords{Flow=A->B}` → [0, 0, 12]. */
export type Numbers = Readonly<Record<string, readonly number[]>>;

export function publishedNumbers(data: readonly ReceivedDatum[]): Numbers {
  const numbers: Record<string, number[]> = {};
  for (const datum of data) {
    const dimensions = datum.Dimensions.filter(({ Name }) => Name !== DEPLOYMENT_DIMENSION);
    const key = metricKey(datum.MetricName, Object.fromEntries(dimensions.map((one) => [one.Name, one.Value])));
    numbers[key] ??= [];
    for (const [index, value] of datum.Values.entries()) {
      for (let times = datum.Counts[index] ?? 0; times > 0; times--) numbers[key].push(value);
    }
  }
  for (const values of Object.values(numbers)) values.sort((a, b) => a - b);
  return numbers;
}

/**
 * The numbers that should have been published for a printed report, computed from the JSON alone. The caller must check
 * `LossSeconds` and `CheckpointAge`, because both can grow between two audits.
 */
export function printedNumbers(report: PrintedReport): Numbers {
  const numbers: Record<string, number[]> = {};
  const add = (name: string, of: Record<string, string>, values: readonly (number | null)[]) => {
    const known = values.filter((value) => value !== null).sort((a, b) => a - b);
    if (known.length > 0) numbers[metricKey(name, of)] = known;
  };
  for (const { flow, verdict, loss, ages, partitions, groups, findings, unread } of report.flows) {
    const of = { Flow: flow };
    const lags = partitions.map(({ lag }) => (lag.kind === 'known' ? lag.records : null));
    const unknownLags = lags.filter((lag) => lag === null).length;
    add('LagRecords', of, lags);
    add('LagUnknownShare', of, [lags.length === 0 ? null : (100 * unknownLags) / lags.length]);
    add('LossRecords', of, [loss.kind === 'known' ? loss.records : null]);
    add('MissingRecords', of, [partitions.reduce((sum, { missing }) => sum + missing, 0)]);
    add('MappingAge', of, [ages?.mapping.kind === 'known' ? ages.mapping.seconds : null]);
    for (const each of ['ready', 'at-risk', 'not-ready', 'unknown']) {
      add('Verdict', { ...of, Verdict: each }, [verdict === each ? 1 : 0]);
    }
    for (const severity of ['critical', 'warning']) {
      add('Findings', { ...of, Severity: severity }, [findings.filter((one) => one.severity === severity).length]);
    }
    add('UnreadParts', of, [unread.length]);
    const having = (...codes: readonly string[]) => findings.filter(({ code }) => codes.includes(code));
    const groupsWith = (...codes: readonly string[]) =>
      new Set(having(...codes).map(({ subject }) => subject.group)).size;
    add('HistoryNotRecorded', of, [having('HISTORY_NOT_RECORDED').length]);
    const notRunning = having('MIRROR_STOPPED', 'MIRROR_NEVER_STARTED', 'MIRROR_TASK_FAILED');
    add('MirrorNotRunning', of, [notRunning.filter(({ severity }) => severity === 'critical').length]);
    const checkpoints = having('CHECKPOINTS_MISSING', 'CHECKPOINT_BEHIND', 'CHECKPOINT_NEVER_EMITTED');
    add('CheckpointsBehind', of, [checkpoints.length]);
    const skips = having('TARGET_POSITION_SKIPS', 'GROUP_RECORDS_EXPIRED').filter(
      ({ severity }) => severity === 'critical',
    );
    add('GroupsSkipping', of, [new Set(skips.map(({ subject }) => subject.group)).size]);
    add('GroupsRereading', of, [groupsWith('GROUP_REREADS_MUCH')]);
    add('GroupsUntranslatable', of, [groupsWith('GROUP_UNTRANSLATABLE')]);
    const names = [undefined, ...new Set(groups.map(({ group }) => group))];
    for (const position of ['mm2', 'tidemark'] as const) {
      for (const name of names) {
        const entries = groups.filter(({ group }) => name === undefined || group === name).map((one) => one[position]);
        const dimensions = { ...of, ...(name !== undefined && { Group: name }), Position: position };
        add(
          'RereadAtMost',
          dimensions,
          entries.map((entry) => entry.rereadAtMost),
        );
        add(
          'SkipAtMost',
          dimensions,
          entries.map((entry) => entry.skipAtMost),
        );
        if (entries.length === 0) continue;
        const left = entries.filter((entry) => entry.rereadAtMost === null || entry.skipAtMost === null);
        add('PositionUnknownPartitions', dimensions, [left.length]);
      }
    }
  }
  return numbers;
}

export function metricKey(name: string, dimensions: Readonly<Record<string, string>>): string {
  const rendered = Object.entries(dimensions).map(([key, value]) => `${key}=${value}`);
  return `${name}{${rendered.join(',')}}`;
}
