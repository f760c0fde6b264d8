import type { AwsIdentity, KafkaConnection } from '../../../shared/config/connection/kafka-connection.ts';
import type { Permission } from '../../../shared/domain/model/permission.ts';
import { shellWord } from '../../../shared/domain/model/shell-word.ts';

/**
 * Commands that grant what an audit needs, ready to paste: Kafka's own `kafka-acls.sh`, or the actions of an IAM policy
 * where the cluster is MSK with IAM.
 */
export function permissionCommands(connection: KafkaConnection, permissions: readonly Permission[]): string[] {
  if (connection.sasl?.kind === 'aws-iam') return iamLines(connection.sasl.identity, permissions);
  const server = connection.bootstrapServers[0] ?? 'host:9092';
  const byResource = Map.groupBy(permissions, (one) => `${one.resourceType} ${one.resourceName}`);
  return [...byResource.values()].map((same) => {
    const operations = same.map((one) => `--operation ${one.operation}`).join(' ');
    return (
      `kafka-acls.sh --bootstrap-server ${shellWord(server)} --command-config admin.properties --add ` +
      `--allow-principal ${shellWord(principalOf(connection))} ${operations} ${same[0] === undefined ? '' : resource(same[0])}`
    );
  });
}

function principalOf(connection: KafkaConnection): string {
  const { sasl, tls } = connection;
  switch (sasl?.kind) {
    case 'password':
      return `User:${sasl.username}`;
    case 'client-credentials':
      return `User:${sasl.clientId}`;
    case 'token':
    case 'aws-iam':
      return 'User:PRINCIPAL-OF-THE-TOKEN';
    case undefined:
      return tls?.cert === undefined ? 'User:ANONYMOUS' : 'User:CN=SUBJECT-OF-THE-CLIENT-CERTIFICATE';
  }
}

function resource({ resourceType, resourceName }: Permission): string {
  if (resourceType === 'Cluster') return '--cluster';
  const option = resourceType === 'Topic' ? '--topic' : '--group';
  if (resourceName !== '*' && resourceName.endsWith('*')) {
    return `${option} ${shellWord(resourceName.slice(0, -1))} --resource-pattern-type prefixed`;
  }
  return `${option} ${shellWord(resourceName)}`;
}

/** Actions of Amazon MSK (Service Authorization Reference, `kafka-cluster`). */
function iamLines(identity: AwsIdentity | undefined, permissions: readonly Permission[]): string[] {
  const actions = new Set(['kafka-cluster:Connect']);
  for (const { operation, resourceType } of permissions) {
    if (resourceType === 'Cluster') actions.add('kafka-cluster:DescribeCluster');
    if (resourceType === 'Group') actions.add('kafka-cluster:DescribeGroup');
    if (resourceType === 'Topic') {
      actions.add(operation === 'Read' ? 'kafka-cluster:ReadData' : 'kafka-cluster:DescribeTopic');
    }
  }
  const names = new Set(permissions.filter((one) => one.resourceType === 'Topic').map((one) => one.resourceName));
  return [
    `IAM policy${whose(identity)}: allow ${[...actions].join(', ')}`,
    `on the cluster, its groups, and topics ${[...names].map(shellWord).join(', ')}`,
  ];
}

function whose(identity: AwsIdentity | undefined): string {
  switch (identity?.kind) {
    case 'role':
      return ` of ${identity.roleArn}`;
    case 'profile':
      return ` of the identity of the AWS profile ${identity.profile}`;
    case undefined:
      return '';
  }
}
