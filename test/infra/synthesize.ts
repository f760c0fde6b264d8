import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type Stack, Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { z } from 'zod';
import { configuredFlows } from '../../infra/configuration.ts';
import { loadSettings, type Settings } from '../../infra/settings.ts';
import { AuditStack } from '../../infra/stacks/audit-stack.ts';

const root = join(import.meta.dirname, '../..');
const cdkJson = z
  .object({ context: z.record(z.string(), z.unknown()) })
  .parse(JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8')));

/** The settings that a fresh clone uses. */
export const exampleSettings = loadSettings(join(root, 'infra/example/settings.json'));

/**
 * The app of infra/app.ts, without bundling the code. `also` can add to the stack before synthesis.
 * @param flows instead of those of the configuration
 */
export function synthesize(
  parts: Partial<Settings> = {},
  also: (stack: Stack) => void = () => undefined,
  flows?: readonly string[],
): Template {
  const outdir = mkdtempSync(join(tmpdir(), 'tidemark-cdk-'));
  try {
    const app = new App({ outdir, context: { ...cdkJson.context, 'aws:cdk:bundling-stacks': [] } });
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    const settings = { ...exampleSettings, ...parts };
    const stack = new AuditStack(app, { settings, flows: flows ?? configuredFlows(settings) });
    also(stack);
    app.synth();
    return Template.fromStack(stack);
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}
