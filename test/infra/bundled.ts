import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as z from 'zod';
import { configuredFlows, configuredSwitches } from '../../infra/configuration.ts';
import type { Settings } from '../../infra/settings.ts';
import { AuditStack } from '../../infra/stacks/audit-stack.ts';
import { type DeployedFunction, deployedVariables } from './deployed-variables.ts';

const assetMetadata = z.object({ Metadata: z.object({ 'aws:asset:path': z.string() }) });
const functionSchema = assetMetadata.extend({
  Properties: z.object({
    Timeout: z.number(),
  }),
});

/** The output of `cdk synth` on disk, with bundle and configuration layer. */
export interface Bundled {
  readonly template: Template;
  /** Everything that would be uploaded: templates, manifests and assets. */
  readonly folder: string;
  /** `index.js`, which Lambda runs. */
  readonly bundle: string;
  /** The folder that Lambda mounts under /opt. */
  readonly layer: string;
  /** The function's variables in the template. */
  readonly variables: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  remove(): void;
}

export function bundle(settings: Settings, of: DeployedFunction = 'Audit'): Bundled {
  const outdir = mkdtempSync(join(tmpdir(), 'tidemark-bundle-'));
  const context = { 'aws:cdk:enable-asset-metadata': true };
  const app = new App({ outdir, context, builtinCloudFormationValidation: false });
  const stack = new AuditStack(app, {
    settings,
    flows: configuredFlows(settings),
    switches: configuredSwitches(settings),
  });
  app.synth();
  const template = Template.fromStack(stack);
  const only = (type: string, prefix = '') =>
    Object.entries(template.findResources(type)).find(([id]) => id.startsWith(prefix))?.[1];
  const lambda = functionSchema.parse(only('AWS::Lambda::Function', of));
  const layer = assetMetadata.parse(only('AWS::Lambda::LayerVersion'));
  return {
    template,
    folder: outdir,
    bundle: join(outdir, lambda.Metadata['aws:asset:path'], 'index.js'),
    layer: join(outdir, layer.Metadata['aws:asset:path']),
    variables: deployedVariables(template, of),
    timeoutMs: lambda.Properties.Timeout * 1000,
    remove: () => rmSync(outdir, { recursive: true, force: true }),
  };
}
