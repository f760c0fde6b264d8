import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The answer for a secret: text, binary, or one of Secrets Manager's errors. */
export type Answer =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'binary'; readonly binary: string }
  | { readonly kind: 'error'; readonly status: number; readonly error: string };

export interface SecretsEndpoint {
  readonly url: string;
  readonly secrets: Map<string, Answer>;
  /** Requested ids, in order. */
  readonly asked: string[];
  close(): Promise<void>;
}

const ABSENT: Answer = { kind: 'error', status: 400, error: 'ResourceNotFoundException' };

/** Speaks GetSecretValue of Secrets Manager (AWS JSON 1.1) over HTTP on the loopback. */
export async function startSecretsEndpoint(): Promise<SecretsEndpoint> {
  const secrets = new Map<string, Answer>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const answer = (status: number, body: object) =>
        response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
      if (request.headers['x-amz-target'] !== 'secretsmanager.GetSecretValue')
        return answer(400, { __type: 'Unknown' });
      const { SecretId } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { SecretId: string };
      asked.push(SecretId);
      const secret = secrets.get(SecretId) ?? ABSENT;
      if (secret.kind === 'error') return answer(secret.status, { __type: secret.error, message: 'on demand' });
      return answer(200, {
        Name: SecretId,
        ...(secret.kind === 'text' ? { SecretString: secret.text } : { SecretBinary: secret.binary }),
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    secrets,
    asked,
    close() {
      server.closeAllConnections();
      return new Promise((resolve, reject) => server.close((error) => (error ? reject(error) : resolve())));
    },
  };
}
