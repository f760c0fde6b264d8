import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { configuredServices, isolatedServices } from '../../infra/endpoint-services.ts';
import { isolatedVpcSettings, vpcSettings } from '../../infra/network-settings.ts';
import { settingsSchema } from '../../infra/settings.ts';
import { exampleSettings, synthesize } from './synthesize.ts';
import { synthesizeChecked } from './synthesize-checked.ts';

const given = {
  vpcId: 'vpc-0123456789abcdef0',
  availabilityZones: ['eu-central-1a', 'eu-central-1b'],
  privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
};
const isolated = {
  cidr: '10.60.0.0/24',
  availabilityZones: ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'],
  peerings: [{ vpcId: 'vpc-1', cidr: '10.20.0.0/16', region: 'eu-west-1' }],
};
const none = { names: [], routingControls: [] };

describe('the network of the functions', () => {
  test.each([
    [{ cidr: '10.60.0.1/24' }, 'cidr', 'must be a block'],
    [{ cidr: '10.60.0.0/27' }, 'cidr', 'from /16 to /26'],
    [{ cidr: '10.0.0.0/15' }, 'cidr', 'from /16'],
    [{ cidr: '10.20.4.0/24' }, 'peerings.0.cidr', 'overlaps 10.20.4.0/24'],
    [{ peerings: [] }, '', 'reaches no cluster'],
    [{ transitGateway: { id: 'tgw-1', cidrs: ['10.20.8.0/24'] } }, 'transitGateway.cidrs.0', 'overlaps 10.20.0.0/16'],
    [{ availabilityZones: ['eu-central-1'] }, 'availabilityZones.0', 'must be a zone'],
  ])('%j is refused at %j', (parts, path, message) => {
    const { error } = isolatedVpcSettings.safeParse({ ...isolated, ...parts });
    expect(error?.issues.map((issue) => [issue.path.join('.'), issue.message])).toContainEqual([
      path,
      expect.stringContaining(message),
    ]);
  });

  test('a VPC that exists and one that the stack makes exclude each other', () => {
    const both = { deployment: { name: 'a' }, configFolder: 'c', vpc: given, isolatedVpc: isolated };
    expect(settingsSchema.safeParse(both).error?.issues).toMatchObject([{ path: ['isolatedVpc'] }]);
  });

  test('GIVEN a VPC without groups THEN the stack makes one, and its endpoints let in that one alone', () => {
    const template = synthesizeChecked({ vpc: vpcSettings.parse({ ...given, endpoints: {} }) });
    const groups = template.findResources('AWS::EC2::SecurityGroup');
    const id = (prefix: string) => Object.keys(groups).find((one) => one.startsWith(prefix)) ?? '';
    const functions = { 'Fn::GetAtt': [id('NetworkFunctions'), 'GroupId'] };
    template.hasResourceProperties('AWS::Lambda::Function', { VpcConfig: { SecurityGroupIds: [functions] } });
    template.hasOutput('*', { Value: functions });
    const endpoints = Object.values(template.findResources('AWS::EC2::VPCEndpoint')).map(
      ({ Properties }) => Properties,
    );
    expect(endpoints).toHaveLength(3);
    for (const endpoint of endpoints) {
      expect(endpoint).toMatchObject({
        VpcEndpointType: 'Interface',
        PrivateDnsEnabled: true,
        SubnetIds: given.privateSubnetIds,
        SecurityGroupIds: [{ 'Fn::GetAtt': [id('NetworkEndpoints'), 'GroupId'] }],
      });
    }
    expect(groups[id('NetworkEndpoints')]?.Properties.SecurityGroupIngress).toEqual([
      expect.objectContaining({ FromPort: 443, ToPort: 443, SourceSecurityGroupId: functions }),
    ]);
  });

  test('GIVEN a VPC without endpoints in the settings THEN the stack adds nothing to it', () => {
    const securityGroupIds = ['sg-0123456789abcdef0'];
    const template = synthesize({ vpc: vpcSettings.parse({ ...given, securityGroupIds }) });
    expect(
      Object.values(template.toJSON().Resources).filter((one) => JSON.stringify(one).includes('AWS::EC2')),
    ).toEqual([]);
  });

  test('a VPC that the stack makes has a subnet in each zone, and the functions of failovers are in it too', () => {
    const failover = { approvalSeconds: 900, approvalLink: true, secrets: {}, names: {}, policyArns: {} };
    const template = synthesizeChecked({ isolatedVpc: isolatedVpcSettings.parse(isolated), failover });
    const blocks = Object.values(template.findResources('AWS::EC2::Subnet')).map(
      ({ Properties }) => Properties.CidrBlock,
    );
    expect(blocks).toEqual(['10.60.0.0/26', '10.60.0.64/26', '10.60.0.128/26']);
    const placed = Object.entries(template.findResources('AWS::Lambda::Function')).map(
      ([id, { Properties }]) => [id.replace(/[A-F0-9]{8}$/, ''), Properties.VpcConfig !== undefined] as const,
    );
    const outside = placed.flatMap(([id, isInside]) => (isInside ? [] : id));
    expect(outside.toSorted()).toEqual([
      'FailoverControlFunction',
      'FailoverLinkAsk',
      'FailoverLinkPage',
      'OnCallClearedFunction',
      'TicketsClearedFunction',
    ]);
    template.hasResourceProperties('AWS::EC2::VPCPeeringConnection', { PeerVpcId: 'vpc-1', PeerRegion: 'eu-west-1' });
  });

  describe('the services', () => {
    function withYaml<T>(clusters: string, more: string, use: (configFolder: string) => T): T {
      const folder = mkdtempSync(join(tmpdir(), 'tidemark-services-'));
      try {
        writeFileSync(join(folder, 'tidemark.yaml'), `clusters:\n${clusters}\nflows: [{ flow: a->b${more} }]\n`);
        return use(folder);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }
    const plain = '  b: { bootstrapServers: "b:9092" }';
    const role = 'roleArn: "arn:aws:iam::111122223333:role/msk", stsRegion: eu-central-1';
    const settings = { ...exampleSettings, secrets: {} };

    test.each([
      ['nothing but the audit', '  a: { bootstrapServers: "a:9092" }', ['monitoring', 'events']],
      [
        'IAM without a role signs by itself',
        '  a: { bootstrapServers: "a:9092", tls: true, sasl: { mechanism: AWS_MSK_IAM } }',
        ['monitoring', 'events'],
      ],
      [
        'a role is assumed at STS',
        `  a: { bootstrapServers: "a:9092", tls: true, sasl: { mechanism: AWS_MSK_IAM, ${role} } }`,
        ['monitoring', 'events', 'sts'],
      ],
    ])('%s', (_, a, wanted) => {
      const of = (configFolder: string) => configuredServices({ ...settings, configFolder });
      expect(withYaml(`${a}\n${plain}`, '', of)).toEqual(wanted);
    });

    test('what has no endpoint is refused where nothing leads to the Internet, with its place', () => {
      const oauth =
        'tls: true, sasl: { mechanism: OAUTHBEARER, tokenEndpoint: "https://id.example.com/token", clientId: c, clientSecret: { env: S } }';
      const of = (configFolder: string) => isolatedServices({ ...settings, configFolder }, none);
      const refused = () => withYaml(`  a: { bootstrapServers: "a:9092", ${oauth} }\n${plain}`, '', of);
      expect(refused).toThrow(/isolatedVpc: .* a gets its tokens from https:\/\/id\.example\.com\/token/);
      const controls = { names: [], routingControls: ['arn:aws:route53-recovery-control::1:controlpanel/a'] };
      const failover = { approvalSeconds: 900, approvalLink: true, secrets: {}, names: {}, policyArns: {} };
      const switching = (configFolder: string) => isolatedServices({ ...settings, failover, configFolder }, controls);
      expect(() => withYaml(`  a: { bootstrapServers: "a:9092" }\n${plain}`, '', switching)).toThrow(
        'failovers switch routing controls of ARC',
      );
    });
  });
});
