import { Annotations } from 'aws-cdk-lib';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Settings } from '../settings.ts';

/** Puts functions into the private subnets of a VPC that has all it needs. */
export function vpcPlacement(scope: Construct, vpc: NonNullable<Settings['vpc']>) {
  const network = Vpc.fromVpcAttributes(scope, 'Vpc', vpc);
  for (const subnet of network.privateSubnets) {
    const reason = 'The stack adds no routes: the template only uses the id of the subnet.';
    Annotations.of(subnet).acknowledgeWarning('@aws-cdk/aws-ec2:noSubnetRouteTableId', reason);
  }
  const securityGroups = vpc.securityGroupIds.map((id) =>
    SecurityGroup.fromSecurityGroupId(scope, id, id, { mutable: false }),
  );
  return { vpc: network, vpcSubnets: { subnets: network.privateSubnets }, securityGroups };
}

/** Lambda creates the interfaces with the function's role (Lambda Developer Guide, "Execution role permissions"). */
export function grantNetworkInterfaces(role: Role): void {
  role.addToPolicy(
    new PolicyStatement({
      actions: [
        'ec2:CreateNetworkInterface',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSubnets',
        'ec2:DeleteNetworkInterface',
        'ec2:AssignPrivateIpAddresses',
        'ec2:UnassignPrivateIpAddresses',
      ],
      resources: ['*'],
    }),
  );
}
