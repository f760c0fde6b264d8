import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { FINDINGS } from '../../../../../shared/contract/finding-codes.ts';
import { CONNECTOR_FINDINGS } from './connector-findings.cases.ts';
import { FLOW_FINDINGS } from './flow-findings.cases.ts';
import { GROUP_FINDINGS } from './group-findings.cases.ts';
import { MISSING_FINDINGS } from './missing-findings.cases.ts';
import { RECREATION_FINDINGS } from './recreation-findings.cases.ts';
import { TOPIC_FINDINGS } from './topic-findings.cases.ts';
import { WORKER_FINDINGS } from './worker-findings.cases.ts';

const FAMILIES = [
  FLOW_FINDINGS,
  CONNECTOR_FINDINGS,
  WORKER_FINDINGS,
  TOPIC_FINDINGS,
  MISSING_FINDINGS,
  RECREATION_FINDINGS,
  GROUP_FINDINGS,
];

/** What no judgement finds: test/shared/audit has their cases. */
const NOT_JUDGED = ['ACCESS_REFUSED', 'ACKNOWLEDGEMENTS_UNREADABLE', 'HISTORY_NOT_RECORDED'];

test('the cases of every family run', () => {
  const folder = new URL('.', import.meta.url);
  const files = readdirSync(folder);
  for (const cases of files.filter((file) => file.endsWith('.cases.ts'))) {
    const tests = cases.replace('.cases.ts', '.test.ts');
    expect(files).toContain(tests);
    expect(readFileSync(new URL(tests, folder), 'utf8')).toMatch(/^describeFamilies\([A-Z_]+\);$/m);
  }
});

test('every finding code has its cases, once', () => {
  const held = [...FAMILIES.flatMap((family) => Object.keys(family)), ...NOT_JUDGED];
  expect(held.sort()).toEqual(Object.keys(FINDINGS).sort());
});

test('every family has a situation beside it in which the finding is not there', () => {
  for (const family of FAMILIES) {
    for (const { quiet } of Object.values(family)) expect(Object.keys(quiet)).not.toHaveLength(0);
  }
});
