import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { TidemarkError } from '../../shared/domain/model/errors.ts';
import { WatchdogLink } from '../watchdog-link.ts';
import { type Stack, stackOfTemplate } from './stack-template.ts';

const ROOT = join(import.meta.dirname, '../..');
const cdkSchema = z.object({ context: z.record(z.string(), z.unknown()) });
const manifestSchema = z.object({
  artifacts: z.record(
    z.string(),
    z.object({ type: z.string(), properties: z.object({ templateFile: z.string().optional() }).optional() }),
  ),
});

/** What a user writes for a deployment: both files as objects, which JSON and YAML both read. */
export interface DeploymentFiles {
  /** settings.json without `configFolder`. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** tidemark.yaml. It includes the next one. */
  readonly configuration: Readonly<Record<string, unknown>>;
  /** The text of mm2.properties. */
  readonly mm2: string;
}

/**
 * Writes a deployment's files, and runs infra/app.ts on them as `cdk synth` does: with CDK's own context, its checks, and
 * the bundles and the layer that it would upload.
 * @param parent an existing folder that its owner removes
 */
export async function synthesizeStack(files: DeploymentFiles, parent: string): Promise<Stack> {
  const folder = join(parent, 'deployment');
  mkdirSync(join(folder, 'config'), { recursive: true });
  const settings = join(folder, 'settings.json');
  writeFileSync(settings, JSON.stringify({ ...files.settings, configFolder: 'config' }));
  writeFileSync(join(folder, 'config/mm2.properties'), files.mm2);
  const configuration = { mm2: 'mm2.properties', ...files.configuration };
  writeFileSync(join(folder, 'config/tidemark.yaml'), JSON.stringify(configuration, null, 1));
  const out = join(folder, 'cdk.out');
  await runApp(settings, out);
  const { artifacts } = manifestSchema.parse(JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')));
  const [stack, ...others] = Object.values(artifacts).filter(({ type }) => type === 'aws:cloudformation:stack');
  const template = stack?.properties?.templateFile;
  if (template === undefined || others.length > 0) throw new Error(`there is no single stack in ${out}`);
  return stackOfTemplate(JSON.parse(readFileSync(join(out, template), 'utf8')), out);
}

async function runApp(settings: string, out: string): Promise<void> {
  const { context } = cdkSchema.parse(JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8')));
  const environment = {
    ...process.env,
    CDK_OUTDIR: out,
    CDK_CONTEXT_JSON: JSON.stringify({ ...context, settings, 'aws:cdk:enable-asset-metadata': true }),
  };
  const watchdog = new WatchdogLink();
  try {
    // Its own process group: it starts a bundler, which must end with it.
    const child = spawn(process.execPath, [join(ROOT, 'infra/app.ts')], {
      cwd: ROOT,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    if (child.pid !== undefined) watchdog.watchProcess(-child.pid);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (child.pid !== undefined) watchdog.forgetProcess(-child.pid);
    if (code !== 0) throw new TidemarkError('LAB_SYNTHESIS_FAILED', `infra/app.ts ended with ${code}\n${output}`);
  } finally {
    await watchdog.close();
  }
}
