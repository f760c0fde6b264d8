import type { LoadContext, Setting, Settings } from '../setting.ts';
import { shown } from '../setting.ts';
import type { JaasEntry } from './jaas.ts';
import { JaasSyntaxError, parseJaas } from './jaas.ts';
import type { SaslSettings } from './kafka-connection.ts';
import { awsIdentityFrom, awsRegionOf, isRoleArn } from './msk.ts';
import { Secret } from './secret.ts';
import type { Problem } from './secret-source.ts';
import { readBytes } from './secret-source.ts';

/**
 * SASL from a Java client's `sasl.mechanism` and `sasl.jaas.config`: PLAIN, SCRAM, OAUTHBEARER (client credentials or a
 * token file) and AWS_MSK_IAM. Anything else is a fault and returns null.
 */
export function saslFromSettings(
  settings: Settings,
  bootstrapServers: readonly string[],
  context: LoadContext,
): SaslSettings | null {
  const mechanism = settings.get('sasl.mechanism');
  const fault = (at: Setting | undefined, name: string, problem: Problem): null => {
    context.faults.fault({
      file: settings.file,
      key: at?.key ?? settings.keyFor(name),
      line: at?.line ?? null,
      message: problem.message,
      remedy: problem.remedy,
    });
    return null;
  };
  switch (mechanism?.value.trim()) {
    case 'PLAIN':
    case 'SCRAM-SHA-256':
    case 'SCRAM-SHA-512': {
      const name = mechanism?.value.trim() === 'PLAIN' ? 'PlainLoginModule' : 'ScramLoginModule';
      const entry = jaasEntry(settings, name, fault);
      if (entry === null) return null;
      const username = entry.options.get('username');
      const password = entry.options.get('password');
      if (username === undefined || password === undefined) {
        return fault(settings.get('sasl.jaas.config'), 'sasl.jaas.config', {
          message: `${name} has no ${username === undefined ? 'username' : 'password'}`,
          remedy: `write sasl.jaas.config=…${name} required username="…" password="…";`,
        });
      }
      const value = mechanism?.value.trim() as 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
      return { kind: 'password', mechanism: value, username, password: new Secret(password) };
    }
    case 'OAUTHBEARER':
      return oauth(settings, bootstrapServers, context, fault);
    case 'AWS_MSK_IAM':
      return mskIam(settings, bootstrapServers, context, fault);
    case undefined:
      return fault(undefined, 'sasl.mechanism', {
        message: 'is not set, and Kafka’s default, GSSAPI (Kerberos), is not supported',
        remedy: 'set PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER or AWS_MSK_IAM',
      });
    default:
      return fault(mechanism, 'sasl.mechanism', {
        message: `${mechanism === undefined ? '' : shown(mechanism)} is not supported`,
        remedy: 'Tidemark supports PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER and AWS_MSK_IAM',
      });
  }
}

type Fault = (at: Setting | undefined, name: string, problem: Problem) => null;

function jaasEntry(settings: Settings, module: string, fault: Fault): JaasEntry | null {
  const jaas = settings.get('sasl.jaas.config');
  if (jaas === undefined) {
    return fault(undefined, 'sasl.jaas.config', {
      message: `is not set; Tidemark cannot see a JAAS file that the JVM gets (java.security.auth.login.config)`,
      remedy: `put the login module into the file: sasl.jaas.config=…${module} required …;`,
    });
  }
  try {
    const [entry, second] = parseJaas(jaas.value);
    if (entry === undefined || second !== undefined) {
      return fault(jaas, 'sasl.jaas.config', {
        message: 'holds more than one login module; Kafka rejects that',
        remedy: 'keep one',
      });
    }
    if (entry.loginModule.endsWith(`.${module}`)) return entry;
    // Print the first word only if it looks like a class: it may be a misplaced password.
    const named = /^[\w$]+(\.[\w$]+)+$/.test(entry.loginModule) ? ` ${entry.loginModule}` : '';
    return fault(jaas, 'sasl.jaas.config', {
      message: `its login module${named} does not match the mechanism`,
      remedy: `the mechanism needs ${module}`,
    });
  } catch (error) {
    if (!(error instanceof JaasSyntaxError)) throw error;
    return fault(jaas, 'sasl.jaas.config', {
      message: `cannot be parsed: ${error.message}`,
      remedy: `the format is: ${module} with its package, then required, then name="value" pairs, then a semicolon`,
    });
  }
}

function oauth(
  settings: Settings,
  bootstrapServers: readonly string[],
  context: LoadContext,
  fault: Fault,
): SaslSettings | null {
  const jaas = settings.get('sasl.jaas.config');
  // MSK's other configuration: its own login module or callback handler with the standard mechanism.
  if (isMskCallback(settings.get('sasl.login.callback.handler.class')?.value ?? '')) {
    return mskIam(settings, bootstrapServers, context, fault);
  }
  const entry = jaas === undefined ? null : jaasEntry(settings, 'OAuthBearerLoginModule', fault);
  if (jaas !== undefined && entry === null) return null;
  const endpoint = settings.get('sasl.oauthbearer.token.endpoint.url');
  if (endpoint === undefined || endpoint.value.trim() === '') {
    return fault(endpoint, 'sasl.oauthbearer.token.endpoint.url', {
      message: 'is not set: Tidemark does not know where to get the token',
      remedy: 'set the token endpoint of your identity provider, or sasl.token in tidemark.yaml',
    });
  }
  const url = endpoint.value.trim();
  if (url.startsWith('file:')) {
    const token = readBytes(pathOf(url), context.base);
    if (!token.ok) return fault(endpoint, 'sasl.oauthbearer.token.endpoint.url', token.problem);
    return { kind: 'token', mechanism: 'OAUTHBEARER', token: new Secret(token.value.toString('utf8').trim()) };
  }
  if (!/^https?:\/\/[^/\s]+/.test(url)) {
    return fault(endpoint, 'sasl.oauthbearer.token.endpoint.url', {
      message: `${shown(endpoint)} is not an http, https or file URL`,
      remedy: 'write https://host/path',
    });
  }
  // Kafka 4.1 and later have separate settings (KIP-1139). Before that, they were options of the login module.
  const clientId =
    settings.get('sasl.oauthbearer.client.credentials.client.id')?.value ?? entry?.options.get('clientId');
  const clientSecret =
    settings.get('sasl.oauthbearer.client.credentials.client.secret')?.value ?? entry?.options.get('clientSecret');
  const scope = settings.get('sasl.oauthbearer.scope')?.value ?? entry?.options.get('scope');
  if (clientId === undefined || clientSecret === undefined) {
    return fault(jaas, 'sasl.jaas.config', {
      message: `OAuthBearerLoginModule has no ${clientId === undefined ? 'clientId' : 'clientSecret'}`,
      remedy: 'client credentials need clientId and clientSecret',
    });
  }
  return {
    kind: 'client-credentials',
    mechanism: 'OAUTHBEARER',
    tokenEndpoint: url,
    clientId,
    clientSecret: new Secret(clientSecret),
    ...(scope === undefined ? {} : { scope }),
  };
}

/** Matches `software.amazon.msk.auth.iam.IAMClientCallbackHandler` and similar classes. */
export function isMskCallback(className: string): boolean {
  const aws = className.search(/\b(aws|amazon)\b/i);
  return aws >= 0 && /iam/i.test(className.slice(aws));
}

/** The path of a file URL. Percent signs that are no valid escape stay as they are. */
function pathOf(url: string): string {
  const path = url.replace(/^file:(\/\/)?/, '');
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function mskIam(
  settings: Settings,
  bootstrapServers: readonly string[],
  context: LoadContext,
  fault: Fault,
): SaslSettings | null {
  const jaas = settings.get('sasl.jaas.config');
  const module =
    settings.get('sasl.mechanism')?.value.trim() === 'OAUTHBEARER' ? 'OAuthBearerLoginModule' : 'IAMLoginModule';
  const entry = jaas === undefined ? undefined : jaasEntry(settings, module, fault);
  if (entry === null) return null;
  const { identity, ignored } = awsIdentityFrom(entry?.options ?? new Map());
  if (jaas !== undefined && ignored.length > 0) {
    context.faults.warn({
      file: settings.file,
      key: jaas.key,
      line: jaas.line,
      message:
        identity?.kind === 'profile'
          ? `${ignored.join(', ')} is not used: like MSK's library, Tidemark takes awsProfileName first`
          : `${ignored.join(', ')} is not used: Tidemark assumes the role with the AWS credentials of its own environment`,
    });
  }
  if (identity?.kind === 'role' && !isRoleArn(identity.roleArn)) {
    return fault(jaas, 'sasl.jaas.config', {
      message: 'its awsRoleArn is not the ARN of a role',
      remedy: 'write awsRoleArn="arn:aws:iam::ACCOUNT:role/NAME"',
    });
  }
  const region =
    awsRegionOf(bootstrapServers) ?? context.environment.AWS_REGION ?? context.environment.AWS_DEFAULT_REGION;
  if (region !== undefined && region !== '') {
    return { kind: 'aws-iam', mechanism: 'AWS_MSK_IAM', region, ...(identity === undefined ? {} : { identity }) };
  }
  return fault(settings.get('sasl.mechanism'), 'sasl.mechanism', {
    message: 'needs an AWS Region, and the names of the bootstrap servers do not contain it',
    remedy: 'set AWS_REGION where Tidemark runs',
  });
}
