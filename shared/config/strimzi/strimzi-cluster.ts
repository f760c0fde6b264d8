import { parseServer } from '../connection/kafka-client-settings.ts';
import { type DraftGap, type DraftNote, variableName } from '../draft/draft.ts';
import { draftConnection } from '../draft/draft-connection.ts';
import { exportCommand, type KubernetesSecretKey, writeCommand } from '../draft/kubectl.ts';
import type { ClusterYaml, SecretYaml } from '../yaml/tidemark-yaml-schema.ts';
import {
  at,
  child,
  layered,
  listAt,
  type StrimziCluster,
  type StrimziNode,
  settingsAt,
  textAt,
  valueAt,
} from './strimzi-resource.ts';

type Note = (note: DraftNote) => void;
type TlsYaml = Exclude<NonNullable<ClusterYaml['tls']>, boolean>;

/** A cluster of a KafkaMirrorMaker2 as an entry of tidemark.yaml. Values in Kubernetes Secrets become references. */
export function strimziCluster(cluster: StrimziCluster, note: Note): ClusterYaml {
  const { alias, node } = cluster;
  const authentication = child(node, 'authentication');
  if (textAt(child(authentication, 'type')) === 'custom') return custom(cluster, note);
  const bootstrap = child(node, 'bootstrapServers');
  const servers = (textAt(bootstrap) ?? '').split(',').flatMap((server) => parseServer(server) ?? []);
  if (servers.length === 0) {
    const message = `cluster ${alias} has no valid bootstrap servers: fill in bootstrapServers`;
    note({ ...at(bootstrap), message, gap: { alias, part: 'bootstrapServers', reference: null } });
  }
  noteInnerNames(servers, bootstrap, note);
  const mtls = textAt(child(authentication, 'type')) === 'tls';
  const tls = valueAt(child(node, 'tls')) === undefined ? null : tlsOf(cluster, mtls, note);
  const sasl = mtls ? null : saslOf(cluster, authentication, note);
  return {
    bootstrapServers: servers.length === 0 ? ['host:9092'] : servers,
    ...(tls === null ? {} : { tls }),
    ...(sasl === null ? {} : { sasl }),
  };
}

function noteInnerNames(servers: readonly string[], bootstrap: StrimziNode, note: Note): void {
  const inner = servers.filter((server) => !server.startsWith('[') && !server.split(':')[0]?.includes('.'));
  if (inner.length === 0) return;
  const message = `${inner.join(', ')} resolves only inside its Kubernetes namespace: if Tidemark runs elsewhere, name a listener that it can reach`;
  note({ ...at(bootstrap), message });
}

function tlsOf(cluster: StrimziCluster, mtls: boolean, note: Note): NonNullable<ClusterYaml['tls']> {
  const { alias, node } = cluster;
  const trusted = listAt(child(node, 'tls', 'trustedCertificates'));
  const identification = textAt(child(node, 'config', 'ssl.endpoint.identification.algorithm'));
  const tls: TlsYaml = {};
  if (trusted.length > 0) {
    const file = `${alias}-ca.pem`;
    tls.ca = { file };
    for (const [i, certificate] of trusted.entries()) {
      const pattern = textAt(child(certificate, 'pattern'));
      const key = textAt(child(certificate, 'certificate')) ?? pattern?.replace(/^\*/, 'ca') ?? 'ca.crt';
      const secret = secretAt(cluster, certificate, key);
      const command = writeCommand(file, secret, i === 0 ? 'write' : 'append');
      const message = `write ${pattern ?? key} of Secret ${secret.name} to ${file}: ${command}`;
      note({ ...at(certificate), message, gap: { alias, part: 'tls', reference: { file } } });
    }
  }
  if (mtls) {
    const pair = child(node, 'authentication', 'certificateAndKey');
    const write = (file: string, name: string, byDefault: string): { file: string } => {
      const secret = secretAt(cluster, pair, textAt(child(pair, name)) ?? byDefault);
      const message = `write ${secret.key} of Secret ${secret.name} to ${file}: ${writeCommand(file, secret, 'write')}`;
      note({ ...at(pair), message, gap: { alias, part: 'tls', reference: { file } } });
      return { file };
    };
    tls.cert = write(`${alias}-client.crt`, 'certificate', 'user.crt');
    tls.key = write(`${alias}-client.key`, 'key', 'user.key');
  }
  if (identification?.trim() === '') tls.verifyHostname = false;
  return Object.keys(tls).length === 0 ? true : tls;
}

function saslOf(cluster: StrimziCluster, authentication: StrimziNode, note: Note): ClusterYaml['sasl'] | null {
  const { alias } = cluster;
  const type = textAt(child(authentication, 'type'));
  const gap: DraftGap = { alias, part: 'sasl', reference: null };
  const filled = (name: string, placeholder = 'CHANGE-ME'): string => {
    const value = textAt(child(authentication, name));
    if (value === undefined) note({ ...at(authentication), message: `has no ${name}: replace ${placeholder}`, gap });
    return value ?? placeholder;
  };
  const password = (): SecretYaml =>
    kubernetesSecret(cluster, 'SASL_PASSWORD', child(authentication, 'passwordSecret'), 'password', note);
  switch (type) {
    case undefined:
      return null;
    case 'plain':
      return { mechanism: 'PLAIN', username: filled('username'), password: password() };
    case 'scram-sha-256':
      return { mechanism: 'SCRAM-SHA-256', username: filled('username'), password: password() };
    case 'scram-sha-512':
      return { mechanism: 'SCRAM-SHA-512', username: filled('username'), password: password() };
    case 'oauth': {
      const scope = textAt(child(authentication, 'scope'));
      return {
        mechanism: 'OAUTHBEARER',
        tokenEndpoint: filled('tokenEndpointUri', 'https://CHANGE-ME/token'),
        clientId: filled('clientId'),
        clientSecret: kubernetesSecret(cluster, 'CLIENT_SECRET', child(authentication, 'clientSecret'), 'key', note),
        ...(scope === undefined ? {} : { scope }),
      };
    }
    default:
      note({
        ...at(authentication),
        message: `authentication type ${type} is not supported: give cluster ${alias} a sasl`,
        gap,
      });
      return null;
  }
}

/** @param keyName which field of the node names the entry of the Secret */
function kubernetesSecret(
  cluster: StrimziCluster,
  what: string,
  node: StrimziNode,
  keyName: string,
  note: Note,
): SecretYaml {
  const env = variableName(cluster.alias, what);
  const secret = secretAt(cluster, node, textAt(child(node, keyName)) ?? 'KEY');
  const message = `Tidemark cannot read a Kubernetes Secret: set ${env} to ${secret.key} of ${secret.name}: ${exportCommand(env, secret)}`;
  note({ ...at(node), message, gap: { alias: cluster.alias, part: 'sasl', reference: { env } } });
  return { env };
}

function secretAt({ namespace }: StrimziCluster, node: StrimziNode, key: string): KubernetesSecretKey {
  return { namespace, name: textAt(child(node, 'secretName')) ?? 'SECRET', key };
}

/** `type: custom` holds a Java client's own settings (Strimzi 0.48 and later). */
function custom(cluster: StrimziCluster, note: Note): ClusterYaml {
  const { alias, node } = cluster;
  const sasl = textAt(child(node, 'authentication', 'sasl')) === 'true';
  const encrypted = valueAt(child(node, 'tls')) !== undefined;
  const settings = settingsAt(child(node, 'authentication', 'config'));
  const bootstrap = child(node, 'bootstrapServers');
  const drafted = draftConnection(
    alias,
    layered(settings, {
      file: node.file,
      keyFor: settings.keyFor,
      get: (name) => {
        if (name === 'bootstrap.servers') return { value: textAt(bootstrap) ?? '', ...at(bootstrap), referred: false };
        if (name !== 'security.protocol') return undefined;
        const value = `${sasl ? 'SASL_' : ''}${encrypted ? 'SSL' : 'PLAINTEXT'}`;
        return { value, ...at(child(node, 'authentication')), referred: false };
      },
    }),
    '.',
    note,
  );
  return encrypted ? { ...drafted, tls: tlsOf(cluster, false, note) } : drafted;
}
