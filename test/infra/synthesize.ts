import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type AppProps, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as z from 'zod';
import { configuredFlows, configuredSwitches } from '../../infra/configuration.ts';
import { loadSettings, type Settings } from '../../infra/settings.ts';
import { AuditStack } from '../../infra/stacks/audit-stack.ts';

const root = join(import.meta.dirname, '../..');
const cdkJson = z
  .object({ context: z.record(z.string(), z.unknown()) })
  .parse(JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8')));

/** The settings that a fresh clone uses. */
export const exampleSettings = loadSettings(join(root, 'infra/example/settings.json'));

/**
 * The template of the stack of infra/app.ts, without bundling the code and without the checks of rules: those take ten times
 * as long as all else. audit-stack.test.ts has them for every kind of stack, by `synthesizeChecked`.
 * @param flows instead of those of the configuration
 */
export function synthesize(parts: Partial<Settings> = {}, flows?: readonly string[]): Template {
  return templateOf({ parts, app: { builtinCloudFormationValidation: false }, ...(flows && { flows }) });
}

export interface Synthesis {
  readonly parts: Partial<Settings>;
  readonly flows?: readonly string[];
  readonly app?: AppProps;
  /** Can add to the stack before synthesis. */
  readonly also?: (stack: Stack, app: App) => void;
}

export function templateOf({ parts, flows, app: props, also }: Synthesis): Template {
  const outdir = mkdtempSync(join(tmpdir(), 'tidemark-cdk-'));
  try {
    const app = new App({ ...props, outdir, context: { ...cdkJson.context, 'aws:cdk:bundling-stacks': [] } });
    const settings = { ...exampleSettings, ...parts };
    const stack = new AuditStack(app, {
      settings,
      flows: flows ?? configuredFlows(settings),
      switches: configuredSwitches(settings),
    });
    also?.(stack, app);
    app.synth();
    return Template.fromStack(stack);
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}
