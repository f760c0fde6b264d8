import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { renderAuditJson } from '../../cli/output/audit-json.ts';
import { readRecording } from '../../lab/truth/recording.ts';
import { auditSnapshot, configOf } from '../../lab/truth/replay.ts';
import type { FindingCode } from '../../shared/contract/finding-codes.ts';
import { finding, flow, group, partition, report } from '../cli/verbs/sample-report.ts';
import { PRINTED } from './printed-documents.ts';
import { FINDING_CODES } from './schema-enums.ts';

const ROOT = join(import.meta.dirname, '../..');
const COMMAND = /tidemark (audit|watch|restore plan)\b[^|\n]*--format json\b[^|\n]*\| jq (-r )?'([^'\n]+)'/g;
/** What the sample of a finding has as evidence: null is no answer to a wrong key there. */
const NOTHING = '"nothing":null';
/** A machine without jq runs the other tests. */
const hasJq = spawnSync('jq', ['--version']).status === 0;
const withJq = hasJq ? describe : describe.skip;

interface Example {
  readonly file: string;
  readonly verb: string;
  readonly raw: boolean;
  readonly filter: string;
}

/** Every jq command that the documents and the help texts show on a document of Tidemark. */
function examples(): Example[] {
  const files = ['README.md', 'CONTRIBUTING.md', ...globSync(['docs/**/*.md', 'cli/**/*.ts'], { cwd: ROOT })];
  return files.sort().flatMap((file) =>
    [...readFileSync(join(ROOT, file), 'utf8').matchAll(COMMAND)].map(([, verb = '', raw, filter = '']) => ({
      file,
      verb,
      raw: raw !== undefined,
      filter,
    })),
  );
}

/** @returns what jq prints */
function jq(filter: string, input: string, raw: boolean): string {
  const { status, stdout, stderr } = spawnSync('jq', [...(raw ? ['-r'] : ['-c']), filter], { input, encoding: 'utf8' });
  expect({ filter, status, stderr }).toEqual({ filter, status: 0, stderr: '' });
  return stdout;
}

const documents = new Map<string, string[]>();
beforeAll(async () => {
  const printed = (name: string) => (PRINTED[name] ?? []).map((one) => [...one].join(''));
  const recordings = globSync('test/recordings/0[1-4]*.json', { cwd: ROOT }).map((file) =>
    readRecording(join(ROOT, file)),
  );
  const audits = recordings.map(async (recording) => {
    const last = recording.snapshots.at(-1);
    if (last === undefined) throw new Error('a recording has moments');
    return [...renderAuditJson(await auditSnapshot(configOf(recording), last))].join('');
  });
  // Of every code one finding, and what is unknown: no recording has all of it.
  const unknown = { kind: 'unknown', reason: 'broker 2 is down' } as const;
  const everything = flow({
    findings: FINDING_CODES.map((code) => finding({ code: code as FindingCode })),
    partitions: [partition(), partition({ lag: unknown })],
    groups: [
      group(),
      group({ tidemark: unknown }),
      group({
        mm2: {
          kind: 'at',
          position: 9n,
          from: 'checkpoint',
          cost: { kind: 'known', rereadAtMost: 0n, skipAtMost: 7n },
        },
      }),
    ],
    unread: [{ what: 'end of t-3', cluster: 'A', error: 'E', message: 'refused', retriable: true }],
  });
  documents.set('audit', [
    ...printed('audit-1'),
    ...(await Promise.all(audits)),
    [...renderAuditJson(report(everything))].join(''),
  ]);
  documents.set('watch', printed('watch-1'));
  documents.set('restore plan', printed('restore-plan-1'));
});

test('the documents show such commands, the schemas among them', () => {
  const files = new Set(examples().map(({ file }) => file));
  expect([...files]).toEqual(expect.arrayContaining(['docs/schema/README.md', 'docs/runbook.md']));
});

withJq('commands for jq in documents and help texts', () => {
  test.each(examples())('$file: $filter', ({ verb, raw, filter }) => {
    const answers = (documents.get(verb) ?? []).map((document) => jq(filter, document, raw).trim());
    const said = answers.filter((answer) => answer !== '' && answer !== '[]');
    expect(said).not.toEqual([]);
    // A key that does not exist gives null, in every document.
    expect(said.some((answer) => !/\bnull\b/.test(answer.replaceAll(NOTHING, '')))).toBe(true);
  });

  test('counts are compared as numbers', () => {
    const filter = examples().find((one) => one.filter.includes('skipAtMost'))?.filter ?? '';
    const skipping = (skipAtMost: bigint) =>
      group({
        mm2: { kind: 'at', position: 9n, from: 'checkpoint', cost: { kind: 'known', rereadAtMost: 0n, skipAtMost } },
      });
    const groups = [skipping(0n), skipping(7n), skipping(10n), group({ mm2: { kind: 'none' } })];
    const input = [...renderAuditJson(report(flow({ groups })))].join('');
    const found = jq(filter, input, false).trim().split('\n');
    expect(found.map((line) => (JSON.parse(line) as { skipped: string }).skipped)).toEqual(['7', '10']);
  });
});

test('in evidence, records are counted in strings and other things in numbers', async () => {
  const texts = globSync('test/shared/domain/judge/golden/*.json', { cwd: ROOT }).map((file) =>
    readFileSync(join(ROOT, file), 'utf8'),
  );
  const seen = new Map<string, Set<string>>();
  for (const { findings } of texts.flatMap(
    (text) => JSON.parse(text) as { findings: { code: string; evidence: object }[] }[],
  )) {
    for (const { code, evidence } of findings) {
      for (const [name, value] of Object.entries(evidence)) {
        const key = `${code} ${name}`;
        if (value !== null) seen.set(key, (seen.get(key) ?? new Set()).add(typeof value));
      }
    }
  }
  const types = (name: string) => [
    ...new Set([...seen].filter(([key]) => key.endsWith(` ${name}`)).flatMap(([, all]) => [...all])),
  ];
  expect([types('records'), types('partitions')]).toEqual([['string'], ['number']]);
  for (const [key, all] of seen) expect([key, [...all]]).toEqual([key, [[...all][0]]]);
});
