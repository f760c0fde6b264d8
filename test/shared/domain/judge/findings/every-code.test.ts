import { expect, test } from '@jest/globals';
import { FINDINGS } from '../../../../../shared/contract/finding-codes.ts';
import { FLOW_FINDINGS } from './flow-findings.cases.ts';
import { GROUP_FINDINGS } from './group-findings.cases.ts';
import { MISSING_FINDINGS } from './missing-findings.cases.ts';
import { RECREATION_FINDINGS } from './recreation-findings.cases.ts';
import { TOPIC_FINDINGS } from './topic-findings.cases.ts';

/** What no judgement finds: test/shared/audit has their cases. */
const NOT_JUDGED = ['ACCESS_REFUSED', 'ACKNOWLEDGEMENTS_UNREADABLE', 'HISTORY_NOT_RECORDED'];

test('every finding code has its cases, once', () => {
  const families = [FLOW_FINDINGS, TOPIC_FINDINGS, MISSING_FINDINGS, RECREATION_FINDINGS, GROUP_FINDINGS];
  const held = [...families.flatMap((family) => Object.keys(family)), ...NOT_JUDGED];
  expect(held.sort()).toEqual(Object.keys(FINDINGS).sort());
});

test('every family has a situation beside it in which the finding is not there', () => {
  for (const family of [FLOW_FINDINGS, TOPIC_FINDINGS, MISSING_FINDINGS, RECREATION_FINDINGS, GROUP_FINDINGS]) {
    for (const { quiet } of Object.values(family)) expect(Object.keys(quiet)).not.toHaveLength(0);
  }
});
