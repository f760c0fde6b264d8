import { Arn, ArnFormat, Stack, Validations } from 'aws-cdk-lib';
import { Policy, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

export interface MskReadAccessProps {
  readonly role: Role;
  /** `arn:aws:kafka:REGION:ACCOUNT:cluster/NAME/UUID` */
  readonly clusterArns: readonly string[];
}

/**
 * Allows a role to read MSK clusters with IAM access control, and nothing else (MSK Developer Guide, "Semantics of IAM
 * authorization policy actions and resources").
 */
export class MskReadAccess extends Construct {
  constructor(scope: Construct, id: string, props: MskReadAccessProps) {
    super(scope, id);
    const within = (kind: 'topic' | 'group') => props.clusterArns.map((arn) => withinCluster(this, arn, kind));
    const policy = new Policy(this, 'Policy', {
      roles: [props.role],
      statements: [
        new PolicyStatement({
          actions: ['kafka-cluster:Connect', 'kafka-cluster:DescribeCluster'],
          resources: [...props.clusterArns],
        }),
        new PolicyStatement({
          actions: [
            'kafka-cluster:DescribeTopic',
            'kafka-cluster:DescribeTopicDynamicConfiguration',
            'kafka-cluster:ReadData',
          ],
          resources: within('topic'),
        }),
        new PolicyStatement({ actions: ['kafka-cluster:DescribeGroup'], resources: within('group') }),
      ],
    });
    for (const resource of [...within('topic'), ...within('group')]) {
      Validations.of(policy).acknowledge({
        id: `AwsSolutions-IAM5[Resource::${resource}]`,
        reason:
          'An audit reads every topic and group that MirrorMaker 2 mirrors, and those change without a deployment.',
      });
    }
  }
}

/** The ARN of all topics or groups of a cluster. */
export function withinCluster(scope: Construct, clusterArn: string, kind: 'topic' | 'group'): string {
  const cluster = Arn.split(clusterArn, ArnFormat.SLASH_RESOURCE_NAME);
  return Arn.format({ ...cluster, resource: kind, resourceName: `${cluster.resourceName}/*` }, Stack.of(scope));
}
