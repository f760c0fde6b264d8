import { Annotations, CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  CfnRoute,
  CfnTransitGatewayAttachment,
  CfnVPCEndpoint,
  CfnVPCPeeringConnection,
  FlowLogDestination,
  FlowLogTrafficType,
  IpAddresses,
  type ISecurityGroup,
  type ISubnet,
  type IVpc,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import {
  bitsOf,
  type EndpointService,
  type IsolatedVpcSettings,
  subnetBits,
  type VpcSettings,
} from '../network-settings.ts';

/** Where functions run. */
export interface FunctionPlacement {
  readonly vpc: IVpc;
  readonly vpcSubnets: { readonly subnets: ISubnet[] };
  readonly securityGroups: ISecurityGroup[];
}

export interface NetworkProps {
  readonly of:
    | { readonly kind: 'given'; readonly vpc: VpcSettings }
    | { readonly kind: 'isolated'; readonly vpc: IsolatedVpcSettings };
  /** What the functions call besides DynamoDB. */
  readonly services: readonly EndpointService[];
}

/** The VPC of the functions that reach Kafka: one that exists, or one that reaches the clusters and what the functions use alone. */
export class Network extends Construct {
  readonly placement: FunctionPlacement;

  constructor(scope: Construct, id: string, { of, services }: NetworkProps) {
    super(scope, id);
    if (of.kind === 'given') {
      const { vpc: given } = of;
      this.placement = this.#given(given);
      if (given.endpoints === undefined) return;
      const { routeTableIds, present } = given.endpoints;
      this.#endpoints(
        services.filter((service) => !present.includes(service)),
        routeTableIds,
      );
      return;
    }
    this.placement = this.#isolated(of.vpc);
    const tables = this.placement.vpcSubnets.subnets.map(({ routeTable }) => routeTable.routeTableId);
    this.#endpoints(services, tables);
    this.#reach(of.vpc, tables);
  }

  #given(given: VpcSettings): FunctionPlacement {
    const vpc = Vpc.fromVpcAttributes(this, 'Vpc', given);
    for (const subnet of vpc.privateSubnets) {
      const reason = 'The stack adds no routes: the template only uses the id of the subnet.';
      Annotations.of(subnet).acknowledgeWarning('@aws-cdk/aws-ec2:noSubnetRouteTableId', reason);
    }
    const securityGroups = given.securityGroupIds?.map((id) =>
      SecurityGroup.fromSecurityGroupId(this, id, id, { mutable: false }),
    ) ?? [this.#securityGroup(vpc)];
    return { vpc, vpcSubnets: { subnets: vpc.privateSubnets }, securityGroups };
  }

  #isolated({ cidr, availabilityZones }: IsolatedVpcSettings): FunctionPlacement {
    const cidrMask = subnetBits(bitsOf(cidr), availabilityZones.length);
    const vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(cidr),
      availabilityZones,
      natGateways: 0,
      subnetConfiguration: [{ name: 'Isolated', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask }],
      // It is not used. CDK would add a function that empties it.
      restrictDefaultSecurityGroup: false,
    });
    vpc.addFlowLog('Refused', {
      trafficType: FlowLogTrafficType.REJECT,
      destination: FlowLogDestination.toCloudWatchLogs(
        new LogGroup(this, 'RefusedLog', { retention: RetentionDays.ONE_WEEK, removalPolicy: RemovalPolicy.DESTROY }),
      ),
    });
    new CfnOutput(this, 'VpcId', { description: 'Add the routes back to it', value: vpc.vpcId });
    // Its optional gateway may be undefined, which the types of CDK do not say of the interface.
    const made = vpc as IVpc;
    return { vpc: made, vpcSubnets: { subnets: vpc.isolatedSubnets }, securityGroups: [this.#securityGroup(made)] };
  }

  /** Routes decide what it reaches; the groups of the clusters decide who reaches them. */
  #securityGroup(vpc: IVpc): SecurityGroup {
    const description = 'Tidemark functions: allow it in the security groups of the clusters';
    const group = new SecurityGroup(this, 'Functions', { vpc, description, allowAllOutbound: true });
    new CfnOutput(this, 'SecurityGroupId', { description, value: group.securityGroupId });
    return group;
  }

  #endpoints(services: readonly EndpointService[], routeTableIds: readonly string[]): void {
    const { vpc, vpcSubnets, securityGroups } = this.placement;
    const { region } = Stack.of(this);
    if (routeTableIds.length > 0) {
      new CfnVPCEndpoint(this, 'DynamoDb', {
        vpcId: vpc.vpcId,
        vpcEndpointType: 'Gateway',
        serviceName: `com.amazonaws.${region}.dynamodb`,
        routeTableIds: [...routeTableIds],
      });
    }
    if (services.length === 0) return;
    const group = new SecurityGroup(this, 'Endpoints', {
      vpc,
      description: 'Endpoints of services, for the functions of Tidemark',
      allowAllOutbound: false,
    });
    for (const from of securityGroups) group.addIngressRule(Peer.securityGroupId(from.securityGroupId), Port.tcp(443));
    for (const service of services) {
      new CfnVPCEndpoint(this, `Endpoint-${service}`, {
        vpcId: vpc.vpcId,
        vpcEndpointType: 'Interface',
        serviceName: `com.amazonaws.${region}.${service}`,
        subnetIds: vpcSubnets.subnets.map(({ subnetId }) => subnetId),
        securityGroupIds: [group.securityGroupId],
        privateDnsEnabled: true,
      });
    }
  }

  #reach({ peerings, transitGateway }: IsolatedVpcSettings, routeTableIds: readonly string[]): void {
    const { vpc, vpcSubnets } = this.placement;
    for (const [index, peer] of peerings.entries()) {
      const peering = new CfnVPCPeeringConnection(this, `Peering${index + 1}`, {
        vpcId: vpc.vpcId,
        peerVpcId: peer.vpcId,
        ...(peer.region !== undefined && { peerRegion: peer.region }),
        ...(peer.accountId !== undefined && { peerOwnerId: peer.accountId }),
        ...(peer.acceptRoleArn !== undefined && { peerRoleArn: peer.acceptRoleArn }),
      });
      new CfnOutput(this, `Peering${index + 1}Id`, {
        description: `The peering with ${peer.vpcId}`,
        value: peering.ref,
      });
      for (const [table, routeTableId] of routeTableIds.entries()) {
        new CfnRoute(this, `Route${index + 1}-${table + 1}`, {
          routeTableId,
          destinationCidrBlock: peer.cidr,
          vpcPeeringConnectionId: peering.ref,
        });
      }
    }
    if (transitGateway === undefined) return;
    const attachment = new CfnTransitGatewayAttachment(this, 'Attachment', {
      vpcId: vpc.vpcId,
      transitGatewayId: transitGateway.id,
      subnetIds: vpcSubnets.subnets.map(({ subnetId }) => subnetId),
    });
    for (const [index, destinationCidrBlock] of transitGateway.cidrs.entries()) {
      for (const [table, routeTableId] of routeTableIds.entries()) {
        const route = new CfnRoute(this, `GatewayRoute${index + 1}-${table + 1}`, {
          routeTableId,
          destinationCidrBlock,
          transitGatewayId: transitGateway.id,
        });
        // CloudFormation does not see that a route needs the attachment.
        route.addDependency(attachment);
      }
    }
  }
}
