import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import * as z from 'zod';
import { SEVERITIES } from '../shared/contract/finding-codes.ts';
import { DANGEROUS_STEPS, type StepName } from '../shared/domain/failover/step-name.ts';
import { TidemarkError } from '../shared/domain/model/errors.ts';
import { isolatedVpcSettings, vpcSettings } from './network-settings.ts';

const arn = (service: string) => z.string().regex(new RegExp(`^arn:[^:]+:${service}:`), `must be an ARN of ${service}`);

/** Steps that have a function and a role of their own. */
const changingStep = z.enum([...DANGEROUS_STEPS] as [StepName, ...StepName[]]);

const secretLocation = z.strictObject({ secretsManager: z.string().min(1), key: z.string().min(1).optional() });

/** A time in which alarms notify nobody (CloudWatch's alarm mute rules). */
const maintenanceWindow = z.strictObject({
  /** Part of the rule's name. */
  name: z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,39}$/, 'must be 1 to 40 letters, digits and dashes, a letter first'),
  /** When it begins: `cron(0 2 * * SUN)`, or once `at(2026-12-01T02:00)`. */
  schedule: z
    .string()
    .regex(
      /^(cron\([^\s()]+( [^\s()]+){4}\)|at\(\d{4}-\d\d-\d\dT\d\d:\d\d\))$/,
      'must be cron(…) of five fields, or at(yyyy-MM-ddThh:mm)',
    ),
  /** How long it lasts, from a minute to 15 days, as ISO 8601: `PT2H`. */
  duration: z
    .string()
    .regex(/^P(?=\d|T\d)(\d{1,2}D)?(T(?=\d)(\d{1,3}H)?(\d{1,4}M)?)?$/, 'must be a duration such as PT2H'),
  timezone: z
    .string()
    .regex(/^[\w+/-]{1,50}$/)
    .default('UTC'),
  /** The flows whose alarms it mutes; all alarms of the deployment if absent. */
  flows: z.array(z.string()).min(1).optional(),
});
export type MaintenanceWindow = z.infer<typeof maintenanceWindow>;

/** The failover record pair of a name. */
const namePair = z.strictObject({
  /** Id of the hosted zone. */
  zone: z.string().regex(/^[A-Z0-9]{1,32}$/, 'must be the id of a hosted zone'),
  /** What the name leads to on each cluster: addresses, or one host name. */
  primary: z.array(z.string().min(1)).min(1),
  secondary: z.array(z.string().min(1)).min(1),
  /** How long resolvers keep an answer: part of the time that a switch takes. */
  ttlSeconds: z.int().min(0).max(86_400).default(5),
});
export type NamePairRecords = z.infer<typeof namePair>;

export const settingsSchema = z
  .strictObject({
    deployment: z.strictObject({
      /**
       * Tells this deployment from others in the same account and Region: part of the stack's name, of alarm names, and a
       * dimension of every metric.
       */
      name: z
        .string()
        .regex(/^[A-Za-z][A-Za-z0-9-]{0,39}$/, 'must be 1 to 40 letters, digits and dashes, a letter first'),
    }),
    /** Folder with tidemark.yaml and its certificates. All of it is deployed with the function, so keep secrets out. */
    configFolder: z.string().min(1),
    /** Variables to which tidemark.yaml refers as `{ env: NAME }`, and their locations in Secrets Manager. */
    secrets: z
      .record(z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'must be a variable name in capitals'), secretLocation)
      .default({}),
    /** Customer managed KMS keys of those secrets; none if they use the key `aws/secretsmanager`. */
    secretKeyArns: z.array(arn('kms')).default([]),
    /** MSK clusters that the function reads with IAM access control. */
    mskClusterArns: z.array(arn('kafka')).default([]),
    /** A VPC that can reach both clusters. */
    vpc: vpcSettings.optional(),
    /** Instead of `vpc`: a VPC that the stack makes for its functions. */
    isolatedVpc: isolatedVpcSettings.optional(),
    /** Lag in records of a flow's worst partition above which the lag alarm counts the minute. */
    maxLagRecords: z.int().positive().default(10_000),
    /** The recovery point objective: age in seconds of the oldest record that a failover may lose. */
    maxLossSeconds: z.number().positive().default(300),
    /** Records of a flow that a failover may lose. */
    maxLossRecords: z.int().nonnegative().default(10_000),
    /** Share of a flow's partitions whose lag may be unknown, in percent. */
    maxUnknownPercent: z.number().min(0).max(99).default(20),
    /** Groups of a flow that may read many records twice after a failover. */
    maxGroupsRereading: z.int().nonnegative().default(0),
    /** Groups of a flow that may have no known position on the target. */
    maxGroupsUntranslatable: z.int().nonnegative().default(0),
    /** Findings of missing or old checkpoints that a flow may have. */
    maxCheckpointFindings: z.int().nonnegative().default(0),
    /** How long MM2 may mirror a partition without an offset sync that it should have written, in seconds. */
    maxMappingAgeSeconds: z.number().positive().default(900),
    /** How old a checkpoint may be that MM2 should have replaced, in seconds. */
    maxCheckpointAgeSeconds: z.number().positive().default(900),
    /** How long an audit may take, in seconds. The function ends it after 50. */
    maxAuditSeconds: z.number().positive().max(50).default(40),
    /**
     * How many functions share the flows, each with the flows of its part and a schedule of its own. If absent,
     * `auditFunctionsCount` chooses by the number of flows.
     */
    auditFunctions: z.int().min(1).max(20).optional(),
    /**
     * The most groups per flow that get their own metrics in one hour. CloudWatch charges for six metrics per group. The
     * names of the groups are one item of the history's table, which limits their number. If absent,
     * `defaultGroupMetricsLimit` chooses by the number of flows.
     */
    groupMetricsLimit: z.int().nonnegative().max(1_000).optional(),
    /**
     * Name of an existing table that has the history, such as one that a deleted stack left. If absent, the stack makes
     * one.
     */
    historyTable: z
      .string()
      .regex(/^[\w.-]{3,255}$/, 'must be the name of a DynamoDB table')
      .optional(),
    /** Addresses to which the alarm topic sends mail; each must confirm its subscription. */
    alarmEmails: z.array(z.email()).default([]),
    /** Addresses to which the topic of tickets sends mail: alarms that can wait for working hours. */
    ticketEmails: z.array(z.email()).default([]),
    /** When alarms notify nobody. */
    maintenance: z
      .array(maintenanceWindow)
      .refine(
        (windows) => new Set(windows.map(({ name }) => name)).size === windows.length,
        'must have different names',
      )
      .default([]),
    /** Pages for findings that open, besides the alarms. If absent, findings are events that nobody is paged for. */
    pages: z
      .strictObject({
        /** The least severity that pages. */
        severity: z.enum(SEVERITIES).default('critical'),
        /** Where the URL of an incoming webhook of Slack is. */
        slack: secretLocation.optional(),
        /** Where the URL of any other receiver of JSON is. */
        webhook: secretLocation.optional(),
        /** Whether the subscribers of the alarm topic get mails. */
        email: z.boolean().default(false),
      })
      .refine(
        ({ slack, webhook, email }) => slack !== undefined || webhook !== undefined || email,
        'must name a receiver',
      )
      .optional(),
    /** The state machines that fail over and back, after an approval. If absent, there are none, and nothing may write to Kafka. */
    failover: z
      .strictObject({
        /** How long a person has to approve, in seconds. */
        approvalSeconds: z.int().min(60).max(86_400).default(3_600),
        /**
         * Whether who is asked gets a link to a page that approves or rejects. The page is on the Internet: who has the link can
         * approve.
         */
        approvalLink: z.boolean().default(false),
        /**
         * Secrets of those that write: variables of tidemark.yaml, as in `secrets`. Only the functions of the named steps may
         * read them.
         */
        secrets: z
          .record(
            z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'must be a variable name in capitals'),
            secretLocation.extend({ steps: z.array(changingStep).min(1) }),
          )
          .default({}),
        /**
         * The failover record pairs of names that `dns.healthCheck` of tidemark.yaml switches. A name without one here has a health
         * check only, for records that the stack does not make.
         */
        names: z.record(z.string().min(1), namePair).default({}),
        /** Policies of IAM for the hooks of a step. */
        policyArns: z.partialRecord(changingStep, z.array(arn('iam'))).default({}),
        /**
         * Seals the evidence of each run: signs it, and stores it in a bucket where nobody replaces it. If absent, it is in the table
         * alone.
         */
        evidence: z
          .strictObject({
            /** How long nobody deletes it. */
            retentionDays: z.int().min(1).max(36_500).default(365),
            /** Of Object Lock. In `governance` whom IAM allows it may delete before; in `compliance` nobody may, for all these days. */
            mode: z.enum(['governance', 'compliance']).default('governance'),
          })
          .optional(),
      })
      .optional(),
    /** Where on-call can read docs/runbook.md during an incident; alarms link to its sections. */
    runbookUrl: z.string().min(1).default('docs/runbook.md'),
  })
  .refine(({ vpc, isolatedVpc }) => vpc === undefined || isolatedVpc === undefined, {
    path: ['isolatedVpc'],
    message: 'is made by the stack, and vpc is one that exists: leave one of them out',
  });

export type Settings = z.infer<typeof settingsSchema>;

/**
 * Reads a deployment's settings. Resolves `configFolder` relative to the file.
 * @throws TidemarkError that names every wrong key
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
  const remedy = 'Correct the file, or use another one: npx cdk synth -c settings=FILE';
  return new TidemarkError('SETTINGS_INVALID', message, { remedy, cause });
}
