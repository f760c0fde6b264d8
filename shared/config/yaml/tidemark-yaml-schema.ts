import * as z from 'zod';
import { FAILOVER_POSITIONS } from '../../domain/judge/audit-policy.ts';
import { isRoleArn } from '../connection/msk.ts';

/** A secret is in the environment or in its own file, never in tidemark.yaml. */
const secret = z.union([z.strictObject({ env: z.string().min(1) }), z.strictObject({ file: z.string().min(1) })], {
  error: 'is not a reference; write { env: NAME } or { file: PATH }, to keep secrets out of this file',
});

/** Inline PEM text, or a reference to it. */
const pem = z.union(
  [
    z.string().regex(/-----BEGIN /),
    z.strictObject({ env: z.string().min(1) }),
    z.strictObject({ file: z.string().min(1) }),
  ],
  { error: 'is not PEM; write { file: PATH }, { env: NAME } or the text itself' },
);

/** A Java store, JKS or PKCS12. */
const store = z.strictObject({ file: z.string().min(1), password: secret.optional() });

const tls = z.strictObject({
  ca: pem.optional(),
  truststore: store.optional(),
  cert: pem.optional(),
  key: secret.optional(),
  keyPassphrase: secret.optional(),
  keystore: store.extend({ keyPassword: secret.optional() }).optional(),
  verifyHostname: z.boolean().optional(),
});

const userAndPassword = { username: z.string().min(1), password: secret };

const sasl = z.discriminatedUnion(
  'mechanism',
  [
    z.strictObject({ mechanism: z.literal('PLAIN'), ...userAndPassword }),
    z.strictObject({ mechanism: z.literal('SCRAM-SHA-256'), ...userAndPassword }),
    z.strictObject({ mechanism: z.literal('SCRAM-SHA-512'), ...userAndPassword }),
    z.strictObject({
      mechanism: z.literal('OAUTHBEARER'),
      token: secret.optional(),
      tokenEndpoint: z.url({ protocol: /^https?$/ }).optional(),
      clientId: z.string().min(1).optional(),
      clientSecret: secret.optional(),
      scope: z.string().optional(),
    }),
    z.strictObject({
      mechanism: z.literal('AWS_MSK_IAM'),
      region: z.string().min(1).optional(),
      profile: z.string().min(1).optional(),
      roleArn: z
        .string()
        .refine(isRoleArn, { error: 'is not the ARN of a role, such as arn:aws:iam::ACCOUNT:role/NAME' })
        .optional(),
      roleSessionName: z.string().min(1).optional(),
      roleExternalId: z.string().min(1).optional(),
      stsRegion: z.string().min(1).optional(),
    }),
  ],
  { error: 'needs a mechanism: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER or AWS_MSK_IAM' },
);

const credentials = {
  clientId: z.string().min(1).optional(),
  tls: z.union([z.boolean(), tls], { error: 'is neither true, false nor TLS settings' }).optional(),
  sasl: sasl.optional(),
};

const cluster = z.strictObject({
  bootstrapServers: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).optional(),
  ...credentials,
  writer: z.strictObject(credentials).optional(),
});

const seconds = z.number().nonnegative();
const count = z.int().nonnegative();
const patterns = z.array(z.string().min(1));
const switched = z.strictObject({ enabled: z.boolean().optional(), intervalSeconds: seconds.optional() });

const basicLogin = { username: z.string().min(1).optional(), password: secret.optional(), tls: tls.optional() };

const connect = z.strictObject({
  url: z.url({
    protocol: /^https?$/,
    error: 'is not the URL of a REST API; write http://host:8083 or https://host:8083',
  }),
  ...basicLogin,
});

const metricsUrl = z.url({
  protocol: /^https?$/,
  error: 'is not the URL of an exporter; write http://host:9404/metrics',
});

const metrics = z.strictObject({
  url: z.union([metricsUrl, z.array(metricsUrl).min(1).max(100)], {
    error: 'is neither the URL of an exporter, such as http://host:9404/metrics, nor a list of such URLs',
  }),
  connector: z.string().min(1).optional(),
  ...basicLogin,
});

const argv = z.array(z.string()).min(1);

const hook = z.strictObject({
  apply: argv,
  putBack: argv.optional(),
  check: argv.optional(),
  environment: z.array(z.string().regex(/^[A-Za-z_]\w*$/, { error: 'is no name of a variable' })).optional(),
  timeoutSeconds: z.number().positive().max(3_600).optional(),
});

const hooked = z.strictObject({ hook });

const aclFence = z.strictObject({
  principals: z.array(z.string().min(1)).min(1),
  mirrorPrincipal: z.string().min(1).optional(),
  everyoneWithoutAcl: z.boolean().optional(),
  canary: z.strictObject({ topic: z.string().min(1), ...credentials }).optional(),
});

const routingControls = z
  .array(
    z.string().regex(/^arn:[^:]+:route53-recovery-control:[^:]*:\d+:controlpanel\/\w+\/routingcontrol\/\w+$/, {
      error: 'is no ARN of a routing control',
    }),
  )
  .min(1);

const dns = z.strictObject({
  hook: hook.optional(),
  healthCheck: z
    .strictObject({ primary: z.string().min(1).optional(), deployment: z.string().min(1).optional() })
    .optional(),
  routingControl: z
    .strictObject({
      turnOn: routingControls,
      turnOff: routingControls.optional(),
      endpoints: z
        .record(z.string(), z.url({ protocol: /^https$/, error: 'is no https URL of an endpoint' }))
        .refine((endpoints) => Object.keys(endpoints).length === 5, {
          error: 'must have the five endpoints of a cluster',
        }),
    })
    .refine(({ turnOn, turnOff = [] }) => !turnOn.some((arn) => turnOff.includes(arn)), {
      error: 'turns the same control on and off',
    })
    .optional(),
  route53: z
    .strictObject({
      zone: z.string().regex(/^[A-Z0-9]{1,32}$/, { error: 'is no id of a hosted zone, such as Z0123456789ABCDEFGHIJ' }),
      ttlSeconds: z.int().nonnegative().max(2_147_483_647).optional(),
    })
    .optional(),
  name: z.string().min(1).optional(),
  leadsTo: z.array(z.string().min(1)).min(1).optional(),
  resolvers: z.array(z.string().min(1)).min(1).optional(),
});

const flowFailover = z.strictObject({
  objectives: z.strictObject({ rpoRecords: count.optional(), rtoSeconds: count.optional() }).optional(),
  mirrorControl: z
    .union([z.literal('connect'), hooked], { error: 'is neither connect nor { hook: { apply: [PROGRAM] } }' })
    .optional(),
  fence: z
    .union([z.strictObject({ acl: aclFence }), hooked], {
      error: 'is neither { acl: { principals: [User:NAME] } } nor { hook: { apply: [PROGRAM] } }',
    })
    .optional(),
  stopConsumers: hooked.optional(),
  dns: dns.optional(),
  cutConnections: hooked.optional(),
});

const flow = z.strictObject({
  flow: z.string().regex(/^.+->.+$/, { error: 'is not a flow; write source->target, as MirrorMaker does' }),
  replicationPolicy: z
    .strictObject({
      kind: z.enum(['default', 'identity', 'template']).optional(),
      topic: z.string().optional(),
      heartbeats: z.string().optional(),
      separator: z.string().optional(),
      internalTopicSeparator: z.boolean().optional(),
    })
    .optional(),
  topics: patterns.optional(),
  topicsExclude: patterns.optional(),
  groups: patterns.optional(),
  groupsExclude: patterns.optional(),
  offsetSyncsLocation: z.enum(['source', 'target']).optional(),
  emitOffsetSyncs: z.boolean().optional(),
  emitCheckpoints: switched.optional(),
  syncGroupOffsets: switched.optional(),
  emitHeartbeats: switched.optional(),
  heartbeatsReplication: z.boolean().optional(),
  offsetLagMax: count.optional(),
  offsetFlushIntervalSeconds: seconds.optional(),
  refreshTopicsIntervalSeconds: seconds.nullable().optional(),
  refreshGroupsIntervalSeconds: seconds.nullable().optional(),
  isolationLevel: z.enum(['read_uncommitted', 'read_committed']).optional(),
  autoOffsetReset: z.enum(['earliest', 'latest']).optional(),
  exactlyOnce: z.boolean().optional(),
  connectOffsets: z
    .strictObject({ cluster: z.enum(['source', 'target']).optional(), topic: z.string().min(1) })
    .nullable()
    .optional(),
  connect: connect.optional(),
  metrics: metrics.optional(),
  failover: flowFailover.optional(),
});

const thresholdKeys = {
  heartbeatStaleSeconds: seconds.optional(),
  mirrorStoppedSeconds: seconds.optional(),
  mirrorStalledSeconds: seconds.optional(),
  maxLossRecords: count.optional(),
  maxGroupReread: count.optional(),
  probeBudget: count.optional(),
};
const thresholds = z.strictObject(thresholdKeys);

const rule = z.strictObject({
  // Looked up later, so that a slip gets the name that was meant.
  finding: z.string().min(1).optional(),
  flow: z.string().min(1).optional(),
  topic: z.string().min(1).optional(),
  group: z.string().min(1).optional(),
  severity: z.enum(['off', 'info', 'warning', 'critical']).optional(),
  thresholds: thresholds.optional(),
});

const policy = z.strictObject({ ...thresholdKeys, rules: z.array(rule).optional() });

const failover = z.strictObject({ positions: z.enum(FAILOVER_POSITIONS).optional() });

/** tidemark.yaml. docs/configuration.md documents every key; a test compares the two. */
export const tidemarkYaml = z.strictObject({
  mm2: z.string().min(1).optional(),
  clusters: z.record(z.string(), cluster).optional(),
  flows: z.array(flow).min(1).optional(),
  policy: policy.optional(),
  failover: failover.optional(),
});

export type TidemarkYaml = z.infer<typeof tidemarkYaml>;
export type ClusterYaml = z.infer<typeof cluster>;
export type SaslYaml = z.infer<typeof sasl>;
export type CredentialsYaml = Pick<ClusterYaml, 'clientId' | 'tls' | 'sasl'>;
export type FlowYaml = z.infer<typeof flow>;
export type FlowFailoverYaml = z.infer<typeof flowFailover>;
export type HookYaml = z.infer<typeof hook>;
export type DnsYaml = z.infer<typeof dns>;
export type AclFenceYaml = z.infer<typeof aclFence>;
export type ConnectYaml = z.infer<typeof connect>;
export type MetricsYaml = z.infer<typeof metrics>;
export type RuleYaml = z.infer<typeof rule>;
export type ThresholdsYaml = z.infer<typeof thresholds>;
export type SecretYaml = z.infer<typeof secret>;
export type PemYaml = z.infer<typeof pem>;
export type StoreYaml = z.infer<typeof store>;
