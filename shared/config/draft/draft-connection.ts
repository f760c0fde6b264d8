import { isAbsolute, join } from 'node:path';
import { parseJaas } from '../connection/jaas.ts';
import { parseServer } from '../connection/kafka-client-settings.ts';
import { awsIdentityFrom } from '../connection/msk.ts';
import { storeFormat } from '../connection/pem.ts';
import { isMskCallback } from '../connection/sasl-settings.ts';
import { readBytes } from '../connection/secret-source.ts';
import { isNamedLikeStore } from '../connection/stores/open-store.ts';
import type { Setting, Settings } from '../setting.ts';
import type { ClusterYaml, PemYaml, SaslYaml, SecretYaml } from '../yaml/tidemark-yaml-schema.ts';
import type { DraftNote } from './draft.ts';
import { asReference, variableName } from './draft.ts';
import { exportCommand } from './kubectl.ts';

type Note = (note: DraftNote) => void;
type TlsYaml = Exclude<NonNullable<ClusterYaml['tls']>, boolean>;

/**
 * A Java client's settings as an entry of tidemark.yaml, without resolving references. Secrets become references to
 * environment variables. Java key stores become PEM files, which the user must create.
 */
export function draftConnection(alias: string, settings: Settings, base: string, note: Note): ClusterYaml {
  const bootstrap = settings.get('bootstrap.servers');
  const servers = (bootstrap?.value ?? '').split(',').flatMap((server) => parseServer(server) ?? []);
  if (servers.length === 0) {
    note({
      key: bootstrap?.key ?? settings.keyFor('bootstrap.servers'),
      line: bootstrap?.line ?? null,
      message: `cluster ${alias} has no valid bootstrap servers: fill in bootstrapServers`,
      gap: { alias, part: 'bootstrapServers', reference: null },
    });
  }
  const protocol = settings.get('security.protocol')?.value.trim() ?? 'PLAINTEXT';
  return {
    bootstrapServers: servers.length === 0 ? ['host:9092'] : servers,
    ...(protocol.endsWith('SSL') ? { tls: draftTls(alias, settings, base, note) } : {}),
    ...(protocol.startsWith('SASL') ? draftSasl(alias, settings, note) : {}),
  };
}

function draftTls(alias: string, settings: Settings, base: string, note: Note): TlsYaml | true {
  const inlineCa = settings.get('ssl.truststore.certificates');
  const truststore = settings.get('ssl.truststore.location');
  const inlineKey = settings.get('ssl.keystore.key');
  const chain = settings.get('ssl.keystore.certificate.chain');
  const keystore = settings.get('ssl.keystore.location');
  const passphrase = settings.get('ssl.key.password');
  const tls: TlsYaml = {};
  if (inlineCa !== undefined) tls.ca = pemText(inlineCa);
  else if (truststore?.value) {
    const file = absolute(truststore.value, base);
    if (isJavaStore(truststore.value, base)) {
      tls.truststore = { file, ...passwordOf(alias, 'truststore', settings, note) };
    } else tls.ca = { file };
  }
  if (chain !== undefined && inlineKey !== undefined) {
    tls.cert = pemText(chain);
    tls.key = secret(alias, 'TLS_KEY', inlineKey.value, inlineKey, note);
  } else if (keystore?.value) {
    const file = absolute(keystore.value, base);
    if (isJavaStore(keystore.value, base)) {
      tls.keystore = {
        file,
        ...passwordOf(alias, 'keystore', settings, note),
        ...(passphrase === undefined
          ? {}
          : { keyPassword: secret(alias, 'TLS_KEY_PASSWORD', passphrase.value, passphrase, note) }),
      };
    } else {
      tls.cert = { file };
      tls.key = { file };
    }
  }
  if (tls.key !== undefined && passphrase !== undefined) {
    tls.keyPassphrase = secret(alias, 'TLS_KEY_PASSPHRASE', passphrase.value, passphrase, note);
  }
  if (settings.get('ssl.endpoint.identification.algorithm')?.value.trim() === '') tls.verifyHostname = false;
  return Object.keys(tls).length === 0 ? true : tls;
}

function pemText(setting: Setting): PemYaml {
  return asReference(setting.value) ?? setting.value;
}

function absolute(path: string, base: string): string {
  return isAbsolute(path) ? path : join(base, path);
}

/** Decided by its bytes; a file that is not here, by its name. */
function isJavaStore(path: string, base: string): boolean {
  const bytes = readBytes(path, base);
  if (!bytes.ok) return isNamedLikeStore(path);
  const format = storeFormat(bytes.value);
  return format === 'jks' || format === 'pkcs12';
}

function passwordOf(
  alias: string,
  kind: 'truststore' | 'keystore',
  settings: Settings,
  note: Note,
): { password?: SecretYaml } {
  const setting = settings.get(`ssl.${kind}.password`);
  if (setting === undefined) return {};
  return { password: secret(alias, `TLS_${kind.toUpperCase()}_PASSWORD`, setting.value, setting, note) };
}

/**
 * A value that must not be copied. If it is a reference, keeps it; else refers to a variable that the user must set.
 */
function secret(alias: string, what: string, written: string, at: Setting, note: Note): SecretYaml {
  const reference = asReference(written);
  if (reference !== null) return reference;
  const env = variableName(alias, what);
  const command = kubernetesCommand(written, env);
  const message = `secrets are not copied: set the environment variable ${env}${command === null ? '' : `: ${command}`}`;
  const part = what.startsWith('TLS') ? 'tls' : 'sasl';
  note({ key: at.key, line: at.line, message, gap: { alias, part, reference: { env } } });
  return { env };
}

/** The command for a reference to Strimzi's KubernetesSecretConfigProvider: `${secrets:NAMESPACE/NAME:KEY}`. */
function kubernetesCommand(written: string, env: string): string | null {
  const [, namespace, name, key] = /^\$\{secrets:([^/:}]+)\/([^/:}]+):([^:}]+)\}$/.exec(written) ?? [];
  if (namespace === undefined || name === undefined || key === undefined) return null;
  return exportCommand(env, { namespace, name, key });
}

function draftSasl(alias: string, settings: Settings, note: Note): { sasl?: SaslYaml } {
  const mechanism = settings.get('sasl.mechanism');
  const jaas = settings.get('sasl.jaas.config');
  const at = jaas ?? mechanism ?? { value: '', key: settings.keyFor('sasl.jaas.config'), line: null, referred: false };
  const unfilled = { key: at.key, line: at.line, gap: { alias, part: 'sasl', reference: null } } as const;
  const options = jaasOptions(jaas, (problem) => note({ ...problem, gap: unfilled.gap }));
  const name = mechanism?.value.trim();
  switch (name) {
    case 'PLAIN':
    case 'SCRAM-SHA-256':
    case 'SCRAM-SHA-512': {
      const username = options.get('username');
      if (username === undefined || username.includes('${')) {
        note({ ...unfilled, message: 'the user name could not be read: replace CHANGE-ME' });
      }
      return {
        sasl: {
          mechanism: name,
          username: username === undefined || username.includes('${') ? 'CHANGE-ME' : username,
          password: secret(alias, 'SASL_PASSWORD', options.get('password') ?? '', at, note),
        },
      };
    }
    case 'OAUTHBEARER': {
      if (isMskCallback(settings.get('sasl.login.callback.handler.class')?.value ?? '')) {
        return { sasl: draftMskIam(options, at, note) };
      }
      const endpoint = settings.get('sasl.oauthbearer.token.endpoint.url')?.value.trim() ?? '';
      if (endpoint.startsWith('file:')) {
        return { sasl: { mechanism: name, token: { file: endpoint.replace(/^file:(\/\/)?/, '') } } };
      }
      const own = (what: string): string | undefined =>
        settings.get(`sasl.oauthbearer.client.credentials.client.${what}`)?.value;
      const scope = settings.get('sasl.oauthbearer.scope')?.value ?? options.get('scope');
      const known = /^https?:\/\/./.test(endpoint);
      const clientId = own('id') ?? options.get('clientId');
      if (!known || clientId === undefined) {
        const absent = known ? 'the client id' : 'the token endpoint';
        note({ ...unfilled, message: `${absent} could not be read: replace CHANGE-ME` });
      }
      return {
        sasl: {
          mechanism: name,
          tokenEndpoint: known ? endpoint : 'https://CHANGE-ME/token',
          clientId: clientId ?? 'CHANGE-ME',
          clientSecret: secret(alias, 'CLIENT_SECRET', own('secret') ?? options.get('clientSecret') ?? '', at, note),
          ...(scope === undefined ? {} : { scope }),
        },
      };
    }
    case 'AWS_MSK_IAM':
      return { sasl: draftMskIam(options, at, note) };
    default:
      note({
        key: mechanism?.key ?? settings.keyFor('sasl.mechanism'),
        line: mechanism?.line ?? null,
        message: `SASL ${name ?? 'GSSAPI'} is not supported: give cluster ${alias} a sasl with another mechanism`,
        gap: unfilled.gap,
      });
      return {};
  }
}

function draftMskIam(options: ReadonlyMap<string, string>, at: Setting, note: Note): SaslYaml {
  const { identity, ignored } = awsIdentityFrom(options);
  if (ignored.length > 0) {
    const message = `${ignored.join(', ')} is not copied: Tidemark takes the AWS credentials of its own environment`;
    note({ key: at.key, line: at.line, message });
  }
  const mechanism = 'AWS_MSK_IAM';
  if (identity?.kind === 'profile') return { mechanism, profile: identity.profile };
  if (identity?.kind !== 'role') return { mechanism };
  const { roleArn, sessionName, externalId, stsRegion } = identity;
  return {
    mechanism,
    roleArn,
    ...(sessionName === undefined ? {} : { roleSessionName: sessionName }),
    ...(externalId === undefined ? {} : { roleExternalId: externalId }),
    ...(stsRegion === undefined ? {} : { stsRegion }),
  };
}

function jaasOptions(jaas: Setting | undefined, note: Note): ReadonlyMap<string, string> {
  if (jaas === undefined) return new Map();
  try {
    return parseJaas(jaas.value)[0]?.options ?? new Map();
  } catch {
    note({ key: jaas.key, line: jaas.line, message: 'could not be parsed: fill in the user and its secret' });
    return new Map();
  }
}
