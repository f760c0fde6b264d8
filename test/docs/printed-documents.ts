import { renderAuditJson } from '../../cli/output/audit-json.ts';
import { acknowledgementsJson } from '../../cli/verbs/acknowledge/json.ts';
import { renderDoctorJson } from '../../cli/verbs/doctor/json.ts';
import { renderReportJson } from '../../cli/verbs/report/json.ts';
import { renderPlanJson, renderResultJson } from '../../cli/verbs/restore/json.ts';
import { historySizeJson, snapshotListJson, snapshotsShownJson } from '../../cli/verbs/snapshots/json.ts';
import { renderTranslationJson } from '../../cli/verbs/translate/table.ts';
import { renderVerifyJson } from '../../cli/verbs/verify/json.ts';
import { watchJson } from '../../cli/verbs/watch/json.ts';
import { NothingAuditedError } from '../../shared/audit/run-audit.ts';
import { DEFAULT_RETENTION } from '../../shared/domain/history/retention.ts';
import { DEFAULT_AUDIT_POLICY } from '../../shared/domain/judge/audit-policy.ts';
import type { AuditReport, TidemarkPosition } from '../../shared/domain/model/report.ts';
import type { Refusal } from '../../shared/domain/restore/refusal.ts';
import type { RestorePlan } from '../../shared/domain/restore/restore-plan.ts';
import type { PartitionResult, RestoreResult } from '../../shared/domain/restore/restore-result.ts';
import { reportData } from '../cli/verbs/report/sample-report-data.ts';
import {
  AT,
  acknowledgement,
  finding,
  flow,
  group,
  partition,
  report,
  snapshot,
  suppressed,
} from '../cli/verbs/sample-report.ts';
import { planOf } from '../shared/restore/restore-world.ts';
import { REPLAY_DOCUMENTS, UNMIRRORED_DOCUMENTS } from './reconcile-documents.ts';
import { CAPACITY_DOCUMENTS, TUNE_DOCUMENTS } from './tune-documents.ts';

const unknown = { kind: 'unknown', reason: 'broker 2 is down' } as const;
const nowhere: TidemarkPosition = {
  kind: 'unknown',
  reason: 'MM2 has written no offset sync for this partition',
};
const known = {
  kind: 'known',
  position: 900n,
  high: 1_000n,
  rereadAtMost: 100n,
  skipAtMost: 0n,
  reason: 'a gap',
} as const;
const unreadPart = {
  what: 'end of t-3',
  cluster: 'A',
  error: 'BROKER_UNREACHABLE',
  message: 'refused',
  retriable: true,
};
const past = snapshot({
  thinned: true,
  passedOver: [{ at: AT + 80_000, damage: 'checksum' }],
  unread: [{ role: 'source', kind: 'cluster', name: '' }],
});

/** Findings of which people have said something: by rules, and one by one. */
function weighed() {
  return [
    finding({ rule: { index: 0, was: 'warning' }, acknowledged: acknowledgement() }),
    finding({ acknowledged: acknowledgement({ until: null }) }),
  ];
}

/** An age of something that MM2 should have written. */
function owed(more: { readonly group?: string } = {}) {
  return { kind: 'known', seconds: 1_200.5, of: { ...more, topic: 'orders', partition: 0 } } as const;
}

const audited: readonly AuditReport[] = [
  report(),
  report(
    flow({
      partitions: [
        partition(),
        partition({ sourceStart: null, sourceEnd: null, targetStart: null, targetEnd: null, replicatedTo: null }),
        partition({ lag: unknown, missing: 9_007_199_254_740_993n }),
      ],
      groups: [
        group(),
        group({ mm2: { kind: 'none' }, tidemark: nowhere, commitCheckedAt: null }),
        group({
          mm2: { kind: 'at', position: 900n, from: 'checkpoint', cost: { kind: 'unknown', reason: 'no mapping' } },
        }),
      ],
      findings: [
        finding(),
        finding({ subject: { topic: 't', partition: 3, group: 'g' }, evidence: { aligned: true, age: 1.5, id: null } }),
      ],
      suppressed: [suppressed(), suppressed({ subject: { topic: 't', partition: 3, group: 'g' } })],
      unread: [unreadPart],
    }),
    flow({ findings: weighed(), ages: { mapping: owed(), checkpoints: owed({ group: 'billing' }) } }),
    flow({ ages: { mapping: { kind: 'known', seconds: 0 }, checkpoints: unknown } }),
    flow({ loss: unknown, verdict: 'unknown', snapshot: past }),
    flow({ loss: { kind: 'known', records: 1n, seconds: null, basis: 'estimated' } }),
  ),
];

const open = { finding: finding(), openedAt: AT - 300_000, sinceBefore: false };
const everyProof = [
  group({ tidemark: nowhere }),
  ...(['verified', 'exact', 'bounded', 'conservative'] as const).map((proof) =>
    group({ tidemark: { ...known, proof } }),
  ),
];
const watched = [
  { kind: 'audit', at: AT, report: flow({ groups: [] }) },
  { kind: 'audit', at: AT, report: flow({ groups: [group({ commitCheckedAt: AT - 45_000 }), ...everyProof] }) },
  { kind: 'audit', at: AT, report: flow({ groups: [group({ commitCheckedAt: null })] }) },
  { kind: 'audit', at: AT, report: flow({ loss: unknown }) },
  { kind: 'audit', at: AT, report: flow({ loss: unknown, partitions: [partition({ lag: unknown })] }) },
  { kind: 'audit', at: AT, report: flow({ loss: { kind: 'known', records: 1n, seconds: null, basis: 'estimated' } }) },
  { kind: 'opened', at: AT, flow: 'A->B', open },
  { kind: 'opened', at: AT, flow: 'A->B', open: { ...open, finding: audited[1]?.flows[0]?.findings[1] ?? finding() } },
  ...weighed().map((one) => ({ kind: 'opened', at: AT, flow: 'A->B', open: { ...open, finding: one } }) as const),
  { kind: 'closed', at: AT, flow: 'A->B', open },
  { kind: 'failed', at: AT, error: new NothingAuditedError(['A refused']) },
] as const;

const bounded: TidemarkPosition = { ...known, proof: 'bounded' };
const wherever = { group: 'g', topic: 'orders', partition: 2, committed: 1_300n };
const verified = {
  flow: 'A->B',
  positions: [
    { ...wherever, was: bounded, is: group().tidemark },
    { ...wherever, was: nowhere, is: nowhere },
  ],
  pairs: [{ topic: 'orders', partition: 2, upstream: 1_300n, downstream: 1_204n }],
  bytes: 51_200,
  states: [],
  groups: [],
};
const refuted = report(
  flow({
    findings: [
      finding({ code: 'VERIFICATION_REFUTED' }),
      ...weighed().map((one) => ({ ...one, code: 'VERIFICATION_REFUTED' }) as const),
      finding({
        code: 'VERIFICATION_REFUTED',
        subject: { topic: 't', partition: 3, group: 'g' },
        evidence: { certain: true, share: 0.5, said: null },
      }),
    ],
    unread: [unreadPart],
  }),
);

const listed = { at: AT, heldUntil: AT, level: 0, expiresAt: AT, bytes: 120, damage: null };
const sized = { snapshots: 1, bytes: 120, bytesLastDay: 120, oldest: AT, newest: AT, heldUntil: AT };
const levels = DEFAULT_RETENTION.steps.map(({ everyMs, keepMs }) => ({ everyMs, keepMs, snapshots: 0, bytes: 0 }));
const log = { start: 0n, end: 1_234n };
const shown = {
  flow: 'A->B',
  origin: past,
  said: { verdict: 'ready', reasons: ['MIRROR_STOPPED'] },
  readAt: { source: AT, target: AT },
  partitions: [
    { topic: 't', targetTopic: 'A.t', partition: 0, source: log, target: log, syncs: 2 },
    { topic: 't', targetTopic: 'A.t', partition: 1, source: null, target: null, syncs: 0 },
  ],
  positions: [
    { group: 'g', topic: 't', partition: 0, source: 5n, target: 5n },
    { group: 'g', topic: 't', partition: 1, source: null, target: null },
  ],
} as const;

const where = { flow: 'A->B', topic: 'orders', targetTopic: 'A.orders', partition: 0, offset: 777n };
const offsets = { start: 0n, highWatermark: 1_500n, lastStableOffset: 1_500n };

const check = { subject: 'A', what: 'connection', status: 'ok', detail: '3 brokers', remedy: null } as const;
const needed = [{ operation: 'Read', resourceType: 'Topic', resourceName: 'A.*' }] as const;
const A = { alias: 'A', bootstrapServers: ['a:9092'], clientId: 'tidemark' };

const refusal: Refusal = { code: 'HISTORY_EMPTY', subject: {}, reason: 'nothing is recorded', remedy: 'a later time' };
const refusals: readonly Refusal[] = [
  refusal,
  {
    ...refusal,
    code: 'GROUP_LIVE',
    subject: { flow: 'A->B', cluster: 'A', group: 'g', topic: 't', partition: 0, plan: 'p' },
  },
];
const simple = planOf({ id: '20261120T100000Z-aaaaaaaa', madeAt: AT });
const plan: RestorePlan = {
  ...simple,
  groups: simple.groups.map((one) => ({
    ...one,
    leftAlone: [{ topic: 't', partition: 1, at: 7n }],
    steps: one.steps.flatMap((step) => [
      step,
      { ...step, committed: 3n, clamped: 'start' as const, reason: 'the log begins at 5' },
    ]),
  })),
};
const partial: RestorePlan = { ...plan, leftOut: [{ group: 'live', code: 'GROUP_LIVE', reason: 'it has members' }] };
const nameless = planOf({ id: '20261120T100000Z-bbbbbbbb', clusterId: null, topicId: null, madeAt: AT });

const moved: PartitionResult = {
  topic: 't',
  partition: 0,
  before: 5n,
  to: 3n,
  found: 3n,
  standing: 'written',
  why: null,
};
const gone: PartitionResult = { ...moved, before: null, to: null, found: null, standing: 'unknown', why: 'timed out' };
const result: RestoreResult = {
  plan: plan.id,
  action: 'apply',
  run: 1,
  at: AT,
  groups: [
    { group: 'g', partitions: [moved, gone], untouched: false, refusal: null },
    { group: 'h', refusal: refusals[1] ?? refusal, partitions: [], untouched: true },
  ],
};

/**
 * What the renderers print, by the file of docs/schema that it has to fit: together the documents have every part of
 * their schema. `restore show` prints the plans of its own store: restore-plans-1 is tested by running it.
 */
export const PRINTED: Readonly<Record<string, readonly Iterable<string>[]>> = {
  'acknowledgements-1': [
    [
      acknowledgement(),
      acknowledgement({ until: null, subject: { cluster: 'A', topic: 't', partition: 0, group: 'g' } }),
      acknowledgement({ until: null, ending: { kind: 'closed', at: AT } }),
      acknowledgement({ ending: { kind: 'withdrawn', at: AT, by: 'bob' } }),
    ],
  ].map((all) => acknowledgementsJson(all, AT)),
  'audit-1': audited.map(renderAuditJson),
  'doctor-1': [
    renderDoctorJson(
      {
        checks: [check, { ...check, status: 'fail', remedy: 'start it' }],
        permissions: new Map([
          ['A', needed],
          ['B', needed],
        ]),
      },
      { clusters: new Map([['A', A]]), flows: [], policy: DEFAULT_AUDIT_POLICY },
    ),
  ],
  'replay-1': REPLAY_DOCUMENTS,
  'unmirrored-1': UNMIRRORED_DOCUMENTS,
  'history-size-1': [
    historySizeJson(
      new Map([
        ['A->B', { ...sized, levels }],
        ['B->A', { ...sized, oldest: null, newest: null, heldUntil: null, levels }],
      ]),
    ),
  ],
  'report-1': [
    renderReportJson(reportData()),
    renderReportJson({
      ...reportData(),
      flows: reportData().flows.flatMap((one) => (audited[1]?.flows ?? []).map((last) => ({ ...one, last }))),
    }),
    renderReportJson({ ...reportData(), flows: [] }),
  ],
  'restore-plan-1': [
    renderPlanJson(plan, 'ab', []),
    renderPlanJson(partial, 'ab', []),
    renderPlanJson(nameless, null, refusals),
    renderPlanJson(null, null, refusals),
  ],
  'restore-result-1': [
    renderResultJson(plan.id, 'apply', result, []),
    renderResultJson(plan.id, 'undo', null, refusals),
  ],
  'snapshot-1': [snapshotsShownJson([shown, { ...shown, said: null, readAt: { source: null, target: null } }])],
  'snapshots-1': [
    snapshotListJson(
      new Map([['A->B', { snapshots: [listed, { ...listed, heldUntil: null, damage: 'torn' }], left: 3 }]]),
      DEFAULT_RETENTION,
    ),
  ],
  'translation-1': [
    renderTranslationJson({ ...where, source: offsets, target: offsets, position: group().tidemark, snapshot: null }),
    renderTranslationJson({ ...where, source: null, target: null, position: nowhere, snapshot: past }),
  ],
  'tune-1': TUNE_DOCUMENTS,
  'capacity-1': CAPACITY_DOCUMENTS,
  'verify-1': [renderVerifyJson(refuted, [verified]), renderVerifyJson(report(flow()), [])],
  'watch-1': watched.map(watchJson),
};
