import { describe, expect, test } from '@jest/globals';
import { permissionCommands } from '../../../../cli/verbs/doctor/permission-commands.ts';
import type { KafkaConnection, SaslSettings } from '../../../../shared/config/connection/kafka-connection.ts';
import { Secret } from '../../../../shared/config/connection/secret.ts';
import type { Permission } from '../../../../shared/domain/model/permission.ts';

const NEEDED: readonly Permission[] = [
  { operation: 'Describe', resourceType: 'Cluster', resourceName: 'kafka-cluster' },
  { operation: 'Describe', resourceType: 'Topic', resourceName: 'A.*' },
  { operation: 'Read', resourceType: 'Topic', resourceName: 'A.*' },
  { operation: 'Describe', resourceType: 'Group', resourceName: '*' },
  { operation: 'Describe', resourceType: 'Group', resourceName: "it's" },
];

const connection = (sasl?: SaslSettings): KafkaConnection => ({
  alias: 'A',
  bootstrapServers: ['a:9092', 'b:9092'],
  clientId: 'tidemark',
  sasl,
});
const password = new Secret('hunter2');

describe('the commands that grant permissions', () => {
  test('one for each resource, prefixes as prefixed patterns, names quoted for the shell', () => {
    const commands = permissionCommands(
      connection({ kind: 'password', mechanism: 'SCRAM-SHA-512', username: 'tide', password }),
      NEEDED,
    );
    expect(commands.map((command) => command.split(' --allow-principal ')[1])).toEqual([
      'User:tide --operation Describe --cluster',
      'User:tide --operation Describe --operation Read --topic A. --resource-pattern-type prefixed',
      "User:tide --operation Describe --group '*'",
      "User:tide --operation Describe --group 'it'\\''s'",
    ]);
    expect(commands.join()).toContain('--bootstrap-server a:9092');
    expect(commands.join()).not.toContain('hunter2');
  });

  test('the principal is who the connection logs in as', () => {
    const principal = (sasl?: SaslSettings): string | undefined =>
      /--allow-principal (\S+)/.exec(permissionCommands(connection(sasl), NEEDED)[0] ?? '')?.[1];
    expect(principal()).toBe('User:ANONYMOUS');
    expect(principal({ kind: 'password', mechanism: 'PLAIN', username: 'u', password })).toBe('User:u');
    const oauth = {
      kind: 'client-credentials',
      mechanism: 'OAUTHBEARER',
      tokenEndpoint: 'https://i',
      clientId: 'c',
      clientSecret: password,
    } as const;
    expect(principal(oauth)).toBe('User:c');
  });

  test('MSK with IAM has a policy instead, with no action that writes', () => {
    const text = permissionCommands(
      connection({ kind: 'aws-iam', mechanism: 'AWS_MSK_IAM', region: 'eu-west-1' }),
      NEEDED,
    ).join('\n');
    expect(text.match(/kafka-cluster:\w+/g)?.sort()).toEqual([
      'kafka-cluster:Connect',
      'kafka-cluster:DescribeCluster',
      'kafka-cluster:DescribeGroup',
      'kafka-cluster:DescribeTopic',
      'kafka-cluster:ReadData',
    ]);
  });

  test.each([
    [undefined, 'IAM policy: allow '],
    [
      { kind: 'role', roleArn: 'arn:aws:iam::123456789012:role/r' },
      'IAM policy of arn:aws:iam::123456789012:role/r: allow ',
    ],
    [{ kind: 'profile', profile: 'dr' }, 'IAM policy of the identity of the AWS profile dr: allow '],
  ] as const)('the policy of %j is named after it', (identity, begin) => {
    const sasl = { kind: 'aws-iam', mechanism: 'AWS_MSK_IAM', region: 'eu-west-1', identity } as const;
    expect(permissionCommands(connection(sasl), NEEDED)[0]).toContain(begin);
  });
});
