import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Template } from 'aws-cdk-lib/assertions';
import { configuredFlows } from '../../infra/configuration.ts';
import { loadSettings } from '../../infra/settings.ts';
import { synthesizeChecked } from '../infra/synthesize-checked.ts';

const text = readFileSync(join(import.meta.dirname, '../../docs/networks.md'), 'utf8');

/** Title, settings and configuration of each section that has both. */
const examples = text.split(/^## /m).flatMap((section) => {
  const block = (kind: string) => new RegExp(`\`\`\`${kind}\\n([^]*?)\`\`\``).exec(section)?.[1];
  const [settings, yaml] = [block('json'), block('yaml')];
  return settings === undefined || yaml === undefined ? [] : [[section.split('\n')[0] ?? '', settings, yaml] as const];
});

describe('docs/networks.md', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tidemark-networks-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** The template that `npx cdk synth` makes of the two files, with cdk-nag. */
  function synthesized(settings: string, yaml: string): Template {
    const config = join(folder, 'config');
    mkdirSync(config, { recursive: true });
    for (const [, file] of yaml.matchAll(/file: ([\w-]+\.pem)/g)) {
      writeFileSync(join(config, file ?? ''), rootCertificates[0] ?? '');
    }
    writeFileSync(join(config, 'tidemark.yaml'), yaml);
    const file = join(folder, 'settings.json');
    writeFileSync(file, settings);
    const loaded = loadSettings(file);
    expect(configuredFlows(loaded)).toHaveLength(1);
    return synthesizeChecked(loaded);
  }

  const endpoints = (template: Template) =>
    Object.values(template.findResources('AWS::EC2::VPCEndpoint')).map(
      ({ Properties }) =>
        `${Properties.VpcEndpointType} ${JSON.stringify(Properties.ServiceName).match(/\.(\w+)"/)?.[1]}`,
    );

  test('has an example of each kind of cluster', () => {
    expect(examples.map(([title]) => title)).toEqual([
      'MSK with IAM',
      'MSK with SCRAM',
      'Strimzi on EKS',
      'Self-managed, with TLS client certificates',
    ]);
  });

  const always = ['Gateway dynamodb', 'Interface monitoring', 'Interface events'];
  test.each([
    ['MSK with IAM', always, []],
    ['MSK with SCRAM', [...always, 'Interface secretsmanager'], ['tgw-0123456789abcdef0', 'tgw-0123456789abcdef0']],
    ['Strimzi on EKS', [...always, 'Interface secretsmanager'], ['10.20.0.0/16', '10.30.0.0/16']],
    [
      'Self-managed, with TLS client certificates',
      ['Gateway dynamodb', 'Interface events', 'Interface secretsmanager'],
      [],
    ],
  ])('%s: the stack has exactly the endpoints that it uses, and a route from each subnet', (title, wanted, reached) => {
    const [, settings = '', yaml = ''] = examples.find(([one]) => one === title) ?? [];
    const template = synthesized(settings, yaml);
    expect(endpoints(template)).toEqual(wanted);
    const routes = Object.values(template.findResources('AWS::EC2::Route')).map(({ Properties }) => Properties);
    const subnets = Object.keys(template.findResources('AWS::EC2::Subnet'));
    const to = reached.flatMap((what) => subnets.map(() => what));
    expect(routes.map((one) => one.TransitGatewayId ?? one.DestinationCidrBlock).toSorted()).toEqual(to.toSorted());
    const [audit] = Object.values(template.findResources('AWS::Lambda::Function')).filter(
      ({ Properties }) => Properties.VpcConfig !== undefined,
    );
    expect(audit?.Properties.VpcConfig.SubnetIds).toHaveLength(2);
    // Nothing leads to the Internet.
    template.resourceCountIs('AWS::EC2::InternetGateway', 0);
    template.resourceCountIs('AWS::EC2::NatGateway', 0);
  });
});
