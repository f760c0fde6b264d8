import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { TidemarkError } from '../shared/domain/model/errors.ts';

const arn = (service: string) => z.string().regex(new RegExp(`^arn:[^:]+:${service}:`), `an ARN of ${service}`);

export const settingsSchema = z.strictObject({
  /** Folder with tidemark.yaml and the certificates that it names. All of it goes into the function: no secrets there. */
  configFolder: z.string().min(1),
  /** Variables that tidemark.yaml takes as `{ env: NAME }`, and where Secrets Manager keeps them. */
  secrets: z
    .record(
      z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'a variable, in capitals'),
      z.strictObject({ secretsManager: z.string().min(1), key: z.string().min(1).optional() }),
    )
    .default({}),
  /** Customer managed keys of those secrets; none where they use the key `aws/secretsmanager`. */
  secretKeyArns: z.array(arn('kms')).default([]),
  /** MSK clusters that the function reads with IAM access control. */
  mskClusterArns: z.array(arn('kafka')).default([]),
  /** Private subnets from which both clusters can be reached, by id, so that synthesis looks nothing up. */
  vpc: z
    .strictObject({
      vpcId: z.string().startsWith('vpc-'),
      availabilityZones: z.array(z.string()).min(1),
      privateSubnetIds: z.array(z.string().startsWith('subnet-')).min(1),
      securityGroupIds: z.array(z.string().startsWith('sg-')).min(1),
    })
    .refine((vpc) => vpc.availabilityZones.length === vpc.privateSubnetIds.length, 'one subnet an availability zone')
    .optional(),
  /** Records that the worst partition of a flow may lag before the alarm counts a minute. */
  maxLagRecords: z.int().positive().default(10_000),
  /** Groups of a flow that get metrics of their own, worst first: each has six at CloudWatch's price for a metric. */
  groupMetricsLimit: z.int().nonnegative().default(50),
  /** Addresses that the alarm topic sends mail to; each has to confirm. */
  alarmEmails: z.array(z.email()).default([]),
  /** Where docs/runbook.md can be read during an incident; alarms link to its sections. */
  runbookUrl: z.string().min(1).default('docs/runbook.md'),
});

export type Settings = z.infer<typeof settingsSchema>;

/**
 * A deployment's settings; `configFolder` becomes absolute, from where the file lies.
 * @throws TidemarkError that names every key that is wrong.
 */
export function loadSettings(file: string): Settings {
  const parsed = settingsSchema.safeParse(readJson(file));
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${z.core.toDotPath(issue.path) || '(root)'}: ${issue.message}`);
    throw settingsError(`${file}: ${faults.join('; ')}`);
  }
  return { ...parsed.data, configFolder: resolve(dirname(file), parsed.data.configFolder) };
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw settingsError(`${file} cannot be read as JSON`, cause);
  }
}

function settingsError(message: string, cause?: unknown): TidemarkError {
  const remedy = 'Correct the file, or name another one: npx cdk synth -c settings=FILE';
  return new TidemarkError('SETTINGS_INVALID', message, { remedy, cause });
}
