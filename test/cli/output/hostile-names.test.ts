import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { renderAuditJson } from '../../../cli/output/audit-json.ts';
import { commandLine } from '../../../cli/output/command-line.ts';
import { createProgress } from '../../../cli/output/progress.ts';
import { describeError } from '../../../cli/output/report-error.ts';
import { printable, wrapped } from '../../../cli/output/text.ts';
import { renderAuditTable } from '../../../cli/verbs/audit/table.ts';
import { renderDoctorJson } from '../../../cli/verbs/doctor/json.ts';
import { permissionCommands } from '../../../cli/verbs/doctor/permission-commands.ts';
import { renderDoctorTable } from '../../../cli/verbs/doctor/table.ts';
import { renderPlanJson, renderResultJson } from '../../../cli/verbs/restore/json.ts';
import { renderPlan } from '../../../cli/verbs/restore/plan-table.ts';
import { renderRefusals } from '../../../cli/verbs/restore/refusals-table.ts';
import { renderResult } from '../../../cli/verbs/restore/result-table.ts';
import { snapshotsShownJson } from '../../../cli/verbs/snapshots/json.ts';
import { renderSnapshot } from '../../../cli/verbs/snapshots/table.ts';
import { renderTranslation, renderTranslationJson } from '../../../cli/verbs/translate/table.ts';
import { renderVerifyJson } from '../../../cli/verbs/verify/json.ts';
import { renderVerifyTable } from '../../../cli/verbs/verify/table.ts';
import { watchJson } from '../../../cli/verbs/watch/json.ts';
import { watchLine } from '../../../cli/verbs/watch/table.ts';
import { unauthorized } from '../../../shared/adapters/kafka/reading/read-failure.ts';
import { ConfigurationError } from '../../../shared/config/configuration-error.ts';
import type { KafkaConnection } from '../../../shared/config/connection/kafka-connection.ts';
import { Secret } from '../../../shared/config/connection/secret.ts';
import { rewriteCommand } from '../../../shared/config/connection/stores/open-store.ts';
import { DEFAULT_AUDIT_POLICY } from '../../../shared/domain/judge/audit-policy.ts';
import { TidemarkError } from '../../../shared/domain/model/errors.ts';
import { withoutHidden } from '../../../shared/domain/model/hidden-characters.ts';
import type { TidemarkPosition } from '../../../shared/domain/model/report.ts';
import type { Refusal } from '../../../shared/domain/restore/refusal.ts';
import type { RestorePlan } from '../../../shared/domain/restore/restore-plan.ts';
import type { RestoreResult } from '../../../shared/domain/restore/restore-result.ts';
import type { ShownSnapshot } from '../../../shared/history/show-snapshot.ts';
import type { FlowVerification } from '../../../shared/survey/verify-positions.ts';
import type { TranslatedOffset } from '../../../shared/translate/translate-offset.ts';
import { AT, finding, flow, group, partition, report, snapshot } from '../verbs/sample-report.ts';

const LOOK = { width: 80, paint: (_: string, text: string) => text };
const ERRORS = { debug: false, nextStep: () => 'tidemark' };
const unknownBecause = (reason: string): TidemarkPosition => ({ kind: 'unknown', reason });

/** Everything that a command prints, with the name wherever a name, a reason or a message may stand. */
const TABLES: Readonly<Record<string, (name: string) => Iterable<string>>> = {
  audit: (name) => renderAuditTable(auditOf(name), LOOK),
  watch: (name) => [
    watchLine({ kind: 'failed', at: AT, error: new TidemarkError('X', name) }, LOOK.paint),
    watchLine({ kind: 'audit', at: AT, report: flow({ flow: name }) }, LOOK.paint),
    watchLine({ kind: 'opened', at: AT, flow: name, open: openOf(name) }, LOOK.paint),
    watchLine({ kind: 'closed', at: AT, flow: name, open: openOf(name) }, LOOK.paint),
  ],
  verify: (name) => renderVerifyTable(auditOf(name), [verificationOf(name)], LOOK),
  translation: (name) => renderTranslation(translationOf(name), LOOK),
  snapshot: (name) => renderSnapshot(shownOf(name), LOOK),
  plan: (name) => renderPlan(planOf(name), LOOK),
  result: (name) => renderResult(resultOf(name), LOOK),
  refusals: (name) => renderRefusals(refusalsOf(name), LOOK),
  doctor: (name) => renderDoctorTable(...doctorOf(name), LOOK),
  error: (name) => [describeError(new TidemarkError('X', name, { remedy: name }), ERRORS)],
  stack: (name) => [describeError(new TypeError(name), { ...ERRORS, debug: true }).replaceAll(/^.* at .*\n/gm, '')],
  faults: (name) => [
    describeError(new ConfigurationError([{ file: name, key: name, line: 1, message: name, remedy: name }]), ERRORS),
  ],
  progress: (name) => [progressOf(name)],
};

const DOCUMENTS: Readonly<Record<string, (name: string) => Iterable<string>>> = {
  audit: (name) => renderAuditJson(auditOf(name)),
  watch: (name) => [watchJson({ kind: 'opened', at: AT, flow: name, open: openOf(name) })],
  verify: (name) => renderVerifyJson(auditOf(name), [verificationOf(name)]),
  translation: (name) => renderTranslationJson(translationOf(name)),
  snapshot: (name) => [snapshotsShownJson([shownOf(name)])],
  plan: (name) => renderPlanJson(planOf(name), 'hash', refusalsOf(name)),
  result: (name) => renderResultJson('id', 'apply', resultOf(name), refusalsOf(name)),
  doctor: (name) => renderDoctorJson(...doctorOf(name)),
};

const HOSTILE = [
  '\u001b]0;title\u0007\u001b[2J\u001b[31mready',
  'two\nlines\r\nof a table',
  'c1 \u009b31m\u0085\u008d',
  'bidi \u202eydaer\u202c\u2066x\u2069\u061c',
  'zero\u200b\u200c\u200d\u2060\ufeffwidth',
  'separators\u2028\u2029\u00a0\u3000',
  'del\u007f nul\u0000 tab\t',
  'half \ud83d',
  'tags\u{e0041}\u{e007f}',
];

/** Names that a careless printer makes the same text of. */
const ALIKE: readonly (readonly [string, string])[] = [
  ['a\u001bb', 'a<U+001B>b'],
  ['a<U+001B>b', 'a<U+003C>U+001B>b'],
  ['a b', 'a  b'],
  ['a b', 'a\u00a0b'],
  ['a', 'a '],
  ['a', ' a'],
  ['a', 'a\u200b'],
  ['a', 'a\ufe0f'],
  ['\u00e9', 'e\u0301'],
  ['\uac00', '\u1100\u1161'],
  ['\ud83d', '\ufffd'],
  ['\ue000', '\ue001'],
  ['a\nb', 'a b'],
  ['long-'.repeat(40), `${'long-'.repeat(20)}other${'long-'.repeat(19)}`],
];

describe('hostile names in what is printed', () => {
  test.each(Object.entries(TABLES))('no hidden character reaches a terminal: %s', (_, render) => {
    for (const name of HOSTILE) {
      const text = [...render(name)].join('').replaceAll('\n', '');
      expect(text).toBe(withoutHidden(text));
    }
  });

  test.each(Object.entries(TABLES))('two names are never the same text: %s', (_, render) => {
    for (const [one, other] of ALIKE) expect([...render(one)].join('')).not.toBe([...render(other)].join(''));
  });

  test.each(Object.entries(DOCUMENTS))('JSON holds the exact name, with hidden characters escaped: %s', (_, render) => {
    for (const name of [...HOSTILE, ...ALIKE.flat()]) {
      const text = [...render(name)].join('');
      expect(text.replaceAll('\n', '')).toBe(withoutHidden(text.replaceAll('\n', '')));
      const found: string[] = [];
      JSON.parse(text, (_key, value: unknown) => {
        if (typeof value === 'string') found.push(value);
        return value;
      });
      expect(found).toContain(name);
    }
  });

  test('long names keep every character, within the width', () => {
    const name = Array.from({ length: 60 }, (_, i) => `part${i}`).join('.');
    const text = [...renderAuditTable(report(flow({ partitions: [partition({ topic: name })] })), LOOK)].join('');
    expect(text.replaceAll(/\n */g, '')).toContain(`${name}-0`);
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('blanks in a row are no place to break a line, and stay', () => {
    expect(wrapped('group a  b of  c d', 9, '')).toEqual(['group', 'a  b', 'of  c d']);
  });
});

describe('printed commands', () => {
  const NAMES = [
    "x'; touch f; echo '",
    'a  b',
    '$(touch f)',
    '`touch f`',
    '!!',
    '-x',
    '"; touch f',
    'é\\',
    '<U+001B>',
    'n\nl',
  ];

  test.each(NAMES)('a shell gets %j as it is, whichever command it is printed in', (name) => {
    const connection: KafkaConnection = {
      alias: name,
      bootstrapServers: [name],
      clientId: 'tidemark',
      sasl: { kind: 'password', mechanism: 'PLAIN', username: name, password: new Secret('x') },
    };
    const lacking = [{ operation: 'Read', resourceType: 'Group', resourceName: name }] as const;
    const remedy = unauthorized('A', lacking, 1).remedy ?? '';
    const commands = [
      commandLine({ startedAs: ['tidemark'] }, ['restore', 'apply', name], { config: name }),
      ...permissionCommands(connection, [
        ...lacking,
        { ...lacking[0], resourceType: 'Topic', resourceName: `${name}*` },
      ]),
      remedy.replace('grant it: ', ''),
      rewriteCommand(`${name}.jks`),
    ];
    // What is told of as a remedy goes through the printer of sentences.
    expect(commands.map(printable)).toEqual(commands);
    const given = run(commands);
    expect(
      given.filter((word) => [name, `User:${name}`, `${name}-new.p12`, `${name}.jks`].includes(word)),
    ).toHaveLength(11);
  });
});

/** Arguments of all programs that a shell runs for the commands; what it runs them in stays empty. */
function run(commands: readonly string[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-commands-'));
  const empty = mkdtempSync(join(tmpdir(), 'tidemark-empty-'));
  try {
    for (const program of ['kafka-acls.sh', 'tidemark', 'openssl', 'keytool']) {
      writeFileSync(join(folder, program), `#!/bin/sh\nprintf '%s\\0' "$@" >> "$OUT"\n`);
      chmodSync(join(folder, program), 0o755);
    }
    const out = join(folder, 'out');
    execFileSync('bash', ['--norc', '-c', commands.join('\n')], {
      cwd: empty,
      env: { PATH: `${folder}:/usr/bin:/bin`, OUT: out },
    });
    expect(readdirSync(empty)).toEqual([]);
    return readFileSync(out, 'utf8').split('\0');
  } finally {
    for (const place of [folder, empty]) rmSync(place, { recursive: true, force: true });
  }
}

function auditOf(name: string) {
  const subject = { cluster: name, group: name, topic: name, partition: 1 };
  return report(
    flow({
      flow: name,
      loss: { kind: 'unknown', reason: name },
      partitions: [partition({ topic: name, targetTopic: name, lag: { kind: 'unknown', reason: name } })],
      groups: [group({ group: name, topic: name, tidemark: unknownBecause(name) })],
      findings: [
        finding({ subject, message: 'is stuck' }),
        finding({ code: 'VERIFICATION_REFUTED', message: name, evidence: { name } }),
      ],
      unread: [{ what: name, cluster: name, error: 'E', message: name, retriable: false }],
      snapshot: snapshotOf(name),
    }),
    flow(),
  );
}

function snapshotOf(name: string) {
  return snapshot({ unread: [{ role: 'source', kind: 'group', name }] });
}

function openOf(name: string) {
  const subject = { group: name, topic: name, partition: 0 };
  return { finding: finding({ subject, message: name, evidence: { name } }), openedAt: AT, sinceBefore: false };
}

function verificationOf(name: string): FlowVerification {
  const position = unknownBecause(name);
  return {
    flow: name,
    positions: [{ group: name, topic: name, partition: 0, committed: 1n, was: position, is: position }],
    pairs: [],
    bytes: 0,
    states: [],
    groups: [],
  };
}

function translationOf(name: string): TranslatedOffset {
  const position = unknownBecause(name);
  const place = { flow: name, topic: name, targetTopic: name, partition: 0, offset: 1n };
  return { ...place, source: null, target: null, position, snapshot: snapshotOf(name) };
}

function shownOf(name: string): ShownSnapshot {
  return {
    flow: name,
    origin: snapshotOf(name),
    said: null,
    readAt: { source: AT, target: null },
    partitions: [{ topic: name, targetTopic: name, partition: 0, source: null, target: null, syncs: 0 }],
    positions: [{ group: name, topic: name, partition: 0, source: 1n, target: null }],
  };
}

function planOf(name: string): RestorePlan {
  const step = { topic: name, partition: 0, from: 1n, to: 2n, rereadAtMost: 0n, skipAtMost: 0n, unreadLoss: 0n };
  return {
    id: 'id',
    flow: name,
    onto: 'source',
    cluster: name,
    clusterId: name,
    asOf: AT,
    stateAt: AT,
    heldUntil: AT,
    madeAt: AT,
    expiresAt: AT,
    topics: [{ topic: name, id: null, logs: [] }],
    groups: [{ group: name, leftAlone: [], steps: [{ ...step, proof: 'exact', reason: name, clamped: null }] }],
    leftOut: [{ group: name, code: 'GROUP_LIVE', reason: name }],
  };
}

function refusalOf(name: string): Refusal {
  const subject = { group: name, topic: name, partition: 0, plan: name };
  return { code: 'GROUP_LIVE', subject, reason: name, remedy: name };
}

function refusalsOf(name: string): Refusal[] {
  return [refusalOf(name), { ...refusalOf(name), subject: { flow: name } }];
}

function resultOf(name: string): RestoreResult {
  const place = { topic: name, partition: 0, before: 1n, to: 2n, found: null };
  return {
    plan: 'id',
    action: 'apply',
    run: 1,
    at: AT,
    groups: [
      { group: name, untouched: false, partitions: [{ ...place, standing: 'refused', why: name }], refusal: null },
      { group: name, untouched: true, partitions: [], refusal: refusalOf(name) },
    ],
  };
}

function doctorOf(name: string): Parameters<typeof renderDoctorJson> {
  const connection = { alias: name, bootstrapServers: [name], clientId: 'tidemark' };
  const needed = { operation: 'Read', resourceType: 'Topic', resourceName: name } as const;
  return [
    {
      checks: [{ subject: name, what: name, status: 'fail', detail: name, remedy: name }],
      permissions: new Map([[name, [needed]]]),
    },
    { clusters: new Map([[name, connection]]), flows: [], policy: DEFAULT_AUDIT_POLICY },
  ];
}

function progressOf(name: string): string {
  const through = new PassThrough();
  const written: string[] = [];
  through.on('data', (chunk: Buffer) => written.push(chunk.toString()));
  let now = 0;
  const progress = createProgress(Object.assign(through as unknown as NodeJS.WriteStream, { isTTY: false }), () => now);
  now = 2_000;
  progress.step(name);
  progress.end();
  return written.join('');
}
