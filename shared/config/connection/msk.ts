import type { AwsIdentity } from './kafka-connection.ts';

/**
 * The AWS Region in the names of MSK brokers: `b-1.name.x.c2.kafka.eu-west-1.amazonaws.com:9098`,
 * `boot-x.c1.kafka-serverless.us-east-1.amazonaws.com:9098`, and `.amazonaws.com.cn` in China.
 */
export function awsRegionOf(bootstrapServers: readonly string[]): string | undefined {
  for (const server of bootstrapServers) {
    const region = /\.kafka(?:-serverless)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?(?::|$)/.exec(server)?.[1];
    if (region !== undefined) return region;
  }
  return undefined;
}

/** Static keys with which MM2 assumes the role. Tidemark takes those of its environment. */
const ROLE_KEYS = ['awsRoleAccessKeyId', 'awsRoleSecretAccessKey', 'awsRoleSessionToken'];

/**
 * Whose credentials sign, from the options of MSK's login module (aws-msk-iam-auth). With a profile and a role, the
 * library takes the profile. `ignored` has the names of options that Tidemark does not use.
 */
export function awsIdentityFrom(options: ReadonlyMap<string, string>): {
  readonly identity: AwsIdentity | undefined;
  readonly ignored: readonly string[];
} {
  const profile = options.get('awsProfileName');
  const roleArn = options.get('awsRoleArn');
  if (profile !== undefined) {
    const ignored = [...options.keys()].filter((name) => name.startsWith('awsRole'));
    return { identity: { kind: 'profile', profile }, ignored };
  }
  if (roleArn === undefined) return { identity: undefined, ignored: [] };
  const sessionName = options.get('awsRoleSessionName');
  const externalId = options.get('awsRoleExternalId');
  const stsRegion = options.get('awsStsRegion');
  return {
    identity: {
      kind: 'role',
      roleArn,
      ...(sessionName === undefined ? {} : { sessionName }),
      ...(externalId === undefined ? {} : { externalId }),
      ...(stsRegion === undefined ? {} : { stsRegion }),
    },
    ignored: ROLE_KEYS.filter((name) => options.has(name)),
  };
}

/** `arn:aws:iam::123456789012:role/path/name`, in any partition. */
export function isRoleArn(text: string): boolean {
  return /^arn:[a-z0-9-]+:iam::\d{12}:role\/\S+$/.test(text);
}
