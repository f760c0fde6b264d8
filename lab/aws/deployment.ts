import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import * as z from 'zod';
import { configuredFlows, configuredSwitches } from '../../infra/configuration.ts';
import type { Settings } from '../../infra/settings.ts';
import { AuditStack } from '../../infra/stacks/audit-stack.ts';
import { temporaryParent } from '../temporary-folder.ts';
import { waitUntil } from '../wait-until.ts';
import { REFUSED } from './gaps.ts';
import { ACCOUNT, type Moto, REGION } from './moto.ts';
import { jsonCall, putObject, query } from './unsigned-request.ts';

/** A zip archive without files: moto runs no function here. */
const EMPTY_ARCHIVE = Uint8Array.from([0x50, 0x4b, 5, 6, ...Array.from({ length: 18 }, () => 0)]);

const template = z.looseObject({ Resources: z.record(z.string(), z.looseObject({ Type: z.string() })) });

/** A resource of the template, and whether moto made it. */
export interface DeployedResource {
  readonly logicalId: string;
  readonly type: string;
  /** Name or ARN; empty if moto does not say it, null if moto made nothing. */
  readonly physicalId: string | null;
}

/**
 * Synthesizes the stack of these settings and creates it in moto.
 * @throws Error with moto's reason if the stack is not created
 */
export async function deploy(moto: Moto, settings: Settings): Promise<readonly DeployedResource[]> {
  const { stackName, body } = synthesized(settings);
  const text = JSON.stringify(withoutRefused(body));
  for (const [, key = ''] of text.matchAll(/"S3Key":"([^"]+)"/g)) {
    await putObject(moto.url, `cdk-hnb659fds-assets-${ACCOUNT}-${REGION}`, key, EMPTY_ARCHIVE);
  }
  // What `cdk bootstrap` leaves.
  const version = { Name: '/cdk-bootstrap/hnb659fds/version', Value: '30', Type: 'String' };
  await jsonCall(moto.url, 'ssm', 'AmazonSSM.PutParameter', version);
  await query(moto.url, 'cloudformation', { Action: 'CreateStack', StackName: stackName, TemplateBody: text });
  await created(moto, stackName);
  const made = await physicalIds(moto, stackName);
  return Object.entries(template.parse(body).Resources).map(([logicalId, { Type }]) => ({
    logicalId,
    type: Type,
    physicalId: made.get(logicalId) ?? null,
  }));
}

/** Without what moto refuses the whole template for. */
function withoutRefused(body: unknown): unknown {
  const whole = template.parse(body);
  const kept = Object.entries(whole.Resources).filter(([, { Type }]) => !REFUSED.includes(Type));
  return { ...whole, Resources: Object.fromEntries(kept) };
}

function synthesized(settings: Settings): { readonly stackName: string; readonly body: unknown } {
  const outdir = mkdtempSync(join(temporaryParent(), 'tidemark-moto-'));
  try {
    const context = { 'aws:cdk:bundling-stacks': [] };
    const app = new App({ outdir, context, builtinCloudFormationValidation: false });
    const { stackName } = new AuditStack(app, {
      settings,
      flows: configuredFlows(settings),
      switches: configuredSwitches(settings),
    });
    return { stackName, body: app.synth().getStackByName(stackName).template };
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

async function created(moto: Moto, StackName: string): Promise<void> {
  const xml = await waitUntil('moto to finish the stack', async () => {
    const answer = await query(moto.url, 'cloudformation', { Action: 'DescribeStacks', StackName });
    return elementOf(answer, 'StackStatus') !== 'CREATE_IN_PROGRESS' && answer;
  });
  const status = elementOf(xml, 'StackStatus');
  if (status !== 'CREATE_COMPLETE') throw new Error(`${status}: ${elementOf(xml, 'StackStatusReason')}`);
}

/** By logical id, of the resources that moto says it has created. */
async function physicalIds(moto: Moto, StackName: string): Promise<ReadonlyMap<string, string>> {
  const xml = await query(moto.url, 'cloudformation', { Action: 'DescribeStackResources', StackName });
  const members = xml.split('<member>').slice(1);
  return new Map(
    members.flatMap((member): [string, string][] => {
      const logical = elementOf(member, 'LogicalResourceId');
      const isCreated = elementOf(member, 'ResourceStatus') === 'CREATE_COMPLETE';
      return logical !== null && isCreated ? [[logical, elementOf(member, 'PhysicalResourceId') ?? '']] : [];
    }),
  );
}

function elementOf(xml: string, name: string): string | null {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? null;
}
