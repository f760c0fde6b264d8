import { describe, expect, test } from '@jest/globals';
import { nameSwitchOf } from '../../../../cli/verbs/failover/flow-levers.ts';
import { NO_FAILOVER } from '../../../../shared/config/failover/failover-config.ts';
import { flowFixture } from '../../../shared/domain/model/flow-fixture.ts';

const TABLE = { kind: 'dynamodb', table: 'tidemark-history' } as const;
const FILE = { kind: 'sqlite', file: 'history.sqlite' } as const;

describe('a name that the command line switches by its health check', () => {
  const switched = (deployment: string | null, place: typeof TABLE | typeof FILE) => {
    const record = { name: 'kafka.example.com', type: 'CNAME', leadsTo: ['b.example.com'] } as const;
    const healthCheck = { primary: 'A', secondary: 'B', record, deployment };
    const dns = { by: { kind: 'healthCheck', healthCheck }, lookup: null } as const;
    return nameSwitchOf({ ...NO_FAILOVER, dns }, flowFixture(), place);
  };

  test('is that of a deployment, whose audits publish it from its table', async () => {
    expect((await switched('prod', TABLE))?.describe().join()).toContain('the table of the deployment prod');
  });

  test.each([
    ['no deployment', null, TABLE],
    ['a file as its history', 'prod', FILE],
  ])('is refused with %s', async (_, deployment, place) => {
    const remedy = expect.stringMatching(/--history dynamodb:TABLE/);
    await expect(switched(deployment, place)).rejects.toMatchObject({ code: 'USAGE', remedy });
  });
});
