import { expect, test } from '@jest/globals';
import { refusedFlow } from '../../../../shared/domain/judge/refused-flow.ts';
import { AuthorizationError } from '../../../../shared/domain/model/errors.ts';
import { flowFixture } from '../model/flow-fixture.ts';

test('a flow that a cluster refuses is unknown, with what it refused', () => {
  const error = new AuthorizationError('B', [
    { operation: 'Describe', resourceType: 'Topic', resourceName: 'A.orders' },
  ]);
  const { cluster, code, message } = error;
  const report = refusedFlow(error, { flow: flowFixture(), rules: [], acknowledgements: [] });
  expect(report).toMatchObject({
    flow: 'A->B',
    verdict: 'unknown',
    loss: { kind: 'unknown', reason: message },
    findings: [{ code: 'ACCESS_REFUSED', subject: { cluster: 'B' }, message, evidence: { error: code } }],
    unread: [{ what: 'cluster B', cluster, error: code, message, retriable: false }],
    snapshot: null,
  });
  expect(report.reasons).toStrictEqual(['ACCESS_REFUSED']);
  expect([report.partitions, report.groups]).toStrictEqual([[], []]);
});
