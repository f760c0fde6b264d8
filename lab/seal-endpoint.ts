import { execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import * as z from 'zod';
import { temporaryParent } from './temporary-folder.ts';

export interface SealEndpoint {
  readonly url: string;
  /** By path: `/bucket/key`. */
  readonly objects: Map<string, Buffer>;
  /** What was stored, in order. */
  readonly written: string[];
  /** What the bucket's default retention gives each object; null: it has none. */
  lock: { readonly mode: string; readonly until: string } | null;
  /** Called after an object was stored, before that is answered. */
  stored: (nth: number) => void;
  /** From now on: an error for each request of a service, or null to answer. */
  fail(error: { readonly service: 'S3' | 'KMS'; readonly status: number; readonly code: string } | null): void;
  /** From now on it signs with another key. */
  newKey(kind?: 'ec' | 'rsa'): void;
  publicKey(): string;
  close(): Promise<void>;
}

const signRequest = z.object({
  Message: z.string(),
  MessageType: z.literal('DIGEST'),
  SigningAlgorithm: z.literal('ECDSA_SHA_256'),
});

/**
 * On the loopback, as far as seals need them: PutObject and GetObject of S3, with `If-None-Match: *`, checksums and Object Lock, and
 * GetPublicKey and Sign of KMS.
 */
export async function startSealEndpoint(): Promise<SealEndpoint> {
  let failing: { readonly service: string; readonly status: number; readonly code: string } | null = null;
  let keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const objects = new Map<string, Buffer>();
  const written: string[] = [];
  const state: Pick<SealEndpoint, 'lock' | 'stored'> = {
    lock: { mode: 'GOVERNANCE', until: '2030-01-01T00:00:00Z' },
    stored: () => undefined,
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const target = request.headers['x-amz-target'];
      const service = target === undefined ? 'S3' : 'KMS';
      const refuse = (status: number, code: string) =>
        service === 'S3'
          ? response
              .writeHead(status, { 'content-type': 'application/xml' })
              .end(`<Error><Code>${code}</Code><Message>on demand</Message></Error>`)
          : response.writeHead(status).end(JSON.stringify({ __type: code, message: 'on demand' }));
      const answer = (object: object) => response.writeHead(200).end(JSON.stringify(object));
      if (failing?.service === service) return refuse(failing.status, failing.code);
      if (target === 'TrentService.GetPublicKey') {
        return answer({ PublicKey: keys.publicKey.export({ format: 'der', type: 'spki' }).toString('base64') });
      }
      if (target === 'TrentService.Sign') {
        const { Message } = signRequest.parse(JSON.parse(body.toString()));
        return answer({ Signature: signDigest(Buffer.from(Message, 'base64'), keys.privateKey).toString('base64') });
      }
      const { pathname } = new URL(request.url ?? '', 'http://s3');
      const found = objects.get(pathname);
      if (request.method === 'PUT') {
        if (request.headers['x-amz-sdk-checksum-algorithm'] !== 'SHA256') return refuse(400, 'InvalidRequest');
        if (request.headers['x-amz-checksum-sha256'] !== createHash('sha256').update(body).digest('base64')) {
          return refuse(400, 'BadDigest');
        }
        if (request.headers['if-none-match'] !== '*') return refuse(403, 'AccessDenied');
        if (found !== undefined) return refuse(412, 'PreconditionFailed');
        objects.set(pathname, body);
        written.push(pathname);
        state.stored(written.length);
        return response.writeHead(200, { etag: '"1"' }).end();
      }
      if (found === undefined) return refuse(404, 'NoSuchKey');
      const { lock } = state;
      const headers =
        lock === null ? {} : { 'x-amz-object-lock-mode': lock.mode, 'x-amz-object-lock-retain-until-date': lock.until };
      return response.writeHead(200, headers).end(found);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(state, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    written,
    fail(error: typeof failing) {
      failing = error;
    },
    newKey(kind: 'ec' | 'rsa' = 'ec') {
      keys =
        kind === 'ec'
          ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
          : generateKeyPairSync('rsa', { modulusLength: 2048 });
    },
    publicKey() {
      return keys.publicKey.export({ format: 'pem', type: 'spki' }).toString();
    },
    close(): Promise<void> {
      server.closeAllConnections();
      return new Promise<void>((resolve, reject) => server.close((error) => (error ? reject(error) : resolve())));
    },
  });
}

/** Node signs no digest that was made elsewhere; OpenSSL does. */
function signDigest(digest: Buffer, key: KeyObject): Buffer {
  const folder = mkdtempSync(join(temporaryParent(), 'tidemark-key-'));
  try {
    const file = join(folder, 'key.pem');
    writeFileSync(file, key.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 });
    return execFileSync('openssl', ['pkeyutl', '-sign', '-inkey', file], { input: digest });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
