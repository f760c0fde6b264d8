import { Validations } from 'aws-cdk-lib';
import { Policy, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { withinCluster } from './msk-read-access.ts';

/** Allows a role to move groups on MSK clusters with IAM access control: beside `MskReadAccess`, and no more than that. */
export class MskGroupAccess extends Construct {
  constructor(scope: Construct, id: string, props: { readonly role: Role; readonly clusterArns: readonly string[] }) {
    super(scope, id);
    const resources = props.clusterArns.map((arn) => withinCluster(this, arn, 'group'));
    const policy = new Policy(this, 'Policy', {
      roles: [props.role],
      statements: [
        new PolicyStatement({ actions: ['kafka-cluster:AlterGroup', 'kafka-cluster:DeleteGroup'], resources }),
      ],
    });
    for (const resource of resources) {
      Validations.of(policy).acknowledge({
        id: `AwsSolutions-IAM5[Resource::${resource}]`,
        reason: 'A failover places every group that was approved, and groups change without a deployment.',
      });
    }
  }
}
