import { shellWord } from '../../domain/model/shell-word.ts';
import { parseServer } from '../connection/kafka-client-settings.ts';
import { type DraftNote, variableName } from '../draft/draft.ts';
import { draftConnection } from '../draft/draft-connection.ts';
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

/** A cluster of a KafkaMirrorMaker2 as an entry of tidemark.yaml. Values in Kubernetes Secrets become references. */
export function strimziCluster({ alias, node }: StrimziCluster, note: Note): ClusterYaml {
  const authentication = child(node, 'authentication');
  if (textAt(child(authentication, 'type')) === 'custom') return custom({ alias, node }, note);
  const bootstrap = child(node, 'bootstrapServers');
  const servers = (textAt(bootstrap) ?? '').split(',').flatMap((server) => parseServer(server) ?? []);
  const inner = servers.filter((server) => !server.split(':')[0]?.includes('.'));
  if (servers.length === 0 || inner.length > 0) {
    note({
      ...at(bootstrap),
      message:
        servers.length === 0
          ? `cluster ${alias} has no valid bootstrap servers: fill in bootstrapServers`
          : `${inner.join(', ')} resolves only inside its Kubernetes namespace: if Tidemark runs elsewhere, name a listener that it can reach`,
    });
  }
  const mtls = textAt(child(authentication, 'type')) === 'tls';
  const tls = valueAt(child(node, 'tls')) === undefined ? null : tlsOf(alias, node, mtls, note);
  const sasl = mtls ? null : saslOf(alias, authentication, note);
  return {
    bootstrapServers: servers.length === 0 ? ['host:9092'] : servers,
    ...(tls === null ? {} : { tls }),
    ...(sasl === null ? {} : { sasl }),
  };
}

function tlsOf(alias: string, node: StrimziNode, mtls: boolean, note: Note): NonNullable<ClusterYaml['tls']> {
  const trusted = listAt(child(node, 'tls', 'trustedCertificates'));
  const identification = textAt(child(node, 'config', 'ssl.endpoint.identification.algorithm'));
  const tls: Exclude<NonNullable<ClusterYaml['tls']>, boolean> = {};
  if (trusted.length > 0) {
    tls.ca = { file: `${alias}-ca.pem` };
    for (const certificate of trusted) {
      const secret = textAt(child(certificate, 'secretName')) ?? 'SECRET';
      const pattern = textAt(child(certificate, 'pattern'));
      const key = textAt(child(certificate, 'certificate')) ?? pattern?.replace(/^\*/, 'ca') ?? 'ca.crt';
      note({
        ...at(certificate),
        message: `write ${pattern ?? key} of Secret ${secret} to ${alias}-ca.pem: ${kubectl(secret, key)}`,
      });
    }
  }
  if (mtls) {
    const pair = child(node, 'authentication', 'certificateAndKey');
    const secret = textAt(child(pair, 'secretName')) ?? 'SECRET';
    tls.cert = { file: `${alias}-client.crt` };
    tls.key = { file: `${alias}-client.key` };
    note({
      ...at(pair),
      message:
        `write Secret ${secret}'s ${textAt(child(pair, 'certificate')) ?? 'user.crt'} and ` +
        `${textAt(child(pair, 'key')) ?? 'user.key'} to ${alias}-client.crt and ${alias}-client.key`,
    });
  }
  if (identification?.trim() === '') tls.verifyHostname = false;
  return Object.keys(tls).length === 0 ? true : tls;
}

function saslOf(alias: string, authentication: StrimziNode, note: Note): ClusterYaml['sasl'] | null {
  const type = textAt(child(authentication, 'type'));
  const username = textAt(child(authentication, 'username')) ?? 'CHANGE-ME';
  const password = (): SecretYaml =>
    kubernetesSecret(alias, 'SASL_PASSWORD', child(authentication, 'passwordSecret'), 'password', note);
  switch (type) {
    case undefined:
      return null;
    case 'plain':
      return { mechanism: 'PLAIN', username, password: password() };
    case 'scram-sha-256':
      return { mechanism: 'SCRAM-SHA-256', username, password: password() };
    case 'scram-sha-512':
      return { mechanism: 'SCRAM-SHA-512', username, password: password() };
    case 'oauth': {
      const scope = textAt(child(authentication, 'scope'));
      return {
        mechanism: 'OAUTHBEARER',
        tokenEndpoint: textAt(child(authentication, 'tokenEndpointUri')) ?? 'https://CHANGE-ME/token',
        clientId: textAt(child(authentication, 'clientId')) ?? 'CHANGE-ME',
        clientSecret: kubernetesSecret(alias, 'CLIENT_SECRET', child(authentication, 'clientSecret'), 'key', note),
        ...(scope === undefined ? {} : { scope }),
      };
    }
    default:
      note({
        ...at(authentication),
        message: `authentication type ${type} is not supported: give cluster ${alias} a sasl`,
      });
      return null;
  }
}

function kubernetesSecret(alias: string, what: string, node: StrimziNode, keyName: string, note: Note): SecretYaml {
  const env = variableName(alias, what);
  const secret = textAt(child(node, 'secretName')) ?? 'SECRET';
  const key = textAt(child(node, keyName)) ?? 'KEY';
  note({
    ...at(node),
    message: `Tidemark cannot read a Kubernetes Secret: set ${env} to ${key} of ${secret}: ${kubectl(secret, key)}`,
  });
  return { env };
}

/** `type: custom` holds a Java client's own settings (Strimzi 0.48 and later). */
function custom({ alias, node }: StrimziCluster, note: Note): ClusterYaml {
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
  return encrypted ? { ...drafted, tls: tlsOf(alias, node, false, note) } : drafted;
}

function kubectl(secret: string, key: string): string {
  const path = `jsonpath={.data.${key.replaceAll('.', '\\.')}}`;
  return `kubectl get ${shellWord(`secret/${secret}`)} -o ${shellWord(path)} | base64 -d`;
}
