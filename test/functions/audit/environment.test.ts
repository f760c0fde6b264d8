import { describe, expect, test } from '@jest/globals';
import { parseAuditEnvironment } from '../../../functions/audit/environment.ts';
import { AUDIT_ENVIRONMENT } from '../../../shared/contract/environment.ts';

const good = {
  [AUDIT_ENVIRONMENT.deployment]: 'prod',
  [AUDIT_ENVIRONMENT.configFile]: '/opt/tidemark.yaml',
  [AUDIT_ENVIRONMENT.historyTable]: 'tidemark-history',
  [AUDIT_ENVIRONMENT.groupMetricsLimit]: '50',
  [AUDIT_ENVIRONMENT.part]: '2/4',
  [AUDIT_ENVIRONMENT.secrets]: '{"A_PASSWORD":{"secretsManager":"kafka/a","key":"password"}}',
  [AUDIT_ENVIRONMENT.secretTtlSeconds]: '300',
};

describe("the audit function's environment", () => {
  test('is parsed into a model, times in milliseconds', () => {
    expect(parseAuditEnvironment({ ...good, PATH: '/bin' })).toEqual({
      deployment: 'prod',
      configFile: '/opt/tidemark.yaml',
      historyTable: 'tidemark-history',
      groupMetricsLimit: 50,
      part: { part: 2, of: 4 },
      secrets: new Map([['A_PASSWORD', { secretsManager: 'kafka/a', key: 'password' }]]),
      secretTtlMs: 300_000,
      names: new Map(),
    });
  });

  test('an empty environment names every variable at once', () => {
    const parse = () => parseAuditEnvironment({});
    for (const name of Object.keys(good)) expect(parse).toThrow(name);
  });

  test.each([
    [AUDIT_ENVIRONMENT.groupMetricsLimit, '-1'],
    [AUDIT_ENVIRONMENT.groupMetricsLimit, 'many'],
    [AUDIT_ENVIRONMENT.part, '0/4'],
    [AUDIT_ENVIRONMENT.part, '5/4'],
    [AUDIT_ENVIRONMENT.part, 'all'],
    [AUDIT_ENVIRONMENT.secretTtlSeconds, '0'],
    [AUDIT_ENVIRONMENT.names, '{"k":{"primary":"hunter2"}}'],
    [AUDIT_ENVIRONMENT.secrets, 'hunter2'],
    [AUDIT_ENVIRONMENT.secrets, '{"A":"hunter2"}'],
    [AUDIT_ENVIRONMENT.secrets, '{"A":{"secretsManager":""}}'],
    [AUDIT_ENVIRONMENT.configFile, ''],
    [AUDIT_ENVIRONMENT.historyTable, ''],
  ])('%s=%s is refused by name, without its value', (name, value) => {
    const parse = () => parseAuditEnvironment({ ...good, [name]: value });
    expect(parse).toThrow(name);
    expect(parse).not.toThrow(/hunter2/);
  });
});
