import { expect, test } from '@jest/globals';
import { auditsInARow } from '../judge-case.ts';
import { CONNECTOR_FINDINGS } from './connector-findings.cases.ts';
import { describeFamilies } from './finding-family.ts';

describeFamilies(CONNECTOR_FINDINGS);

test('another worst task is the same finding, and it stays open while Connect does not answer', () => {
  const family = CONNECTOR_FINDINGS.MIRROR_TASK_FAILED;
  const [one, several] = [
    family?.opens.of,
    family?.alsoOpens?.['of several, a task of the source is the worst, and of these the first']?.of,
  ];
  const audits = auditsInARow([one ?? {}, several ?? {}, { connectors: 'unread', unread: [UNREAD] }, several ?? {}]);
  const changed = audits.map(({ changes }) => [...(changes?.opened ?? []), ...(changes?.closed ?? [])]);
  const codes = changed.map((some) => some.map(({ finding }) => finding.code));
  expect(codes).toEqual([['MIRROR_TASK_FAILED'], [], ['AUDIT_INCOMPLETE'], ['AUDIT_INCOMPLETE']]);
});

const UNREAD = {
  what: 'connectors of A->B',
  cluster: 'B',
  error: 'CONNECT_UNREACHABLE',
  message: 'Kafka Connect gave no answer',
  retriable: true,
};
