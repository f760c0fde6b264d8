import type { AwsIdentity, SaslSettings } from '../../../config/connection/kafka-connection.ts';
import { AuthenticationError } from '../../../domain/model/errors.ts';
import { shellWord } from '../../../domain/model/shell-word.ts';
import { BrokerFailure } from './broker-failure.ts';
import type { Deadline } from './deadline.ts';

type TokenSettings = Exclude<SaslSettings, { kind: 'password' }>;

/** Timeout for a token endpoint, in milliseconds. */
const ENDPOINT_TIMEOUT_MS = 5_000;
/** Limit for an endpoint's answer. A token must fit into one request to a broker and takes a few kB. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/** Gets the token that all connections of a cluster share, once. */
export class OauthToken {
  readonly #alias: string;
  readonly #settings: TokenSettings;
  readonly #deadline: Deadline;
  #token: Promise<string> | undefined;

  constructor(alias: string, settings: TokenSettings, deadline: Deadline) {
    this.#alias = alias;
    this.#settings = settings;
    this.#deadline = deadline;
  }

  /** @throws AuthenticationError, BrokerFailure TOKEN_ENDPOINT_UNREACHABLE */
  get(): Promise<string> {
    this.#token ??= this.#fetch();
    return this.#token;
  }

  async #fetch(): Promise<string> {
    const settings = this.#settings;
    switch (settings.kind) {
      case 'token':
        return settings.token.reveal();
      case 'client-credentials':
        return this.#request(settings);
      case 'aws-iam':
        return this.#sign(settings);
    }
  }

  async #sign({ region, identity }: Extract<TokenSettings, { kind: 'aws-iam' }>): Promise<string> {
    const { mskToken } = await import('./msk-token.ts');
    try {
      return await this.#deadline.race(mskToken(region, identity));
    } catch (error) {
      if (error instanceof BrokerFailure) throw error;
      const { message, remedy } = unsigned(identity, error);
      throw new AuthenticationError(this.#alias, `cluster ${this.#alias}: ${message}`, { remedy });
    }
  }

  /** OAuth 2 client credentials (RFC 6749 section 4.4). The Authorization header names the client (section 2.3.1). */
  async #request(settings: Extract<TokenSettings, { kind: 'client-credentials' }>): Promise<string> {
    const client = [settings.clientId, settings.clientSecret.reveal()].map(encodeURIComponent).join(':');
    const form = new URLSearchParams({ grant_type: 'client_credentials' });
    if (settings.scope !== undefined) form.set('scope', settings.scope);
    const host = hostOf(settings.tokenEndpoint);
    let status: number;
    let body: unknown;
    try {
      const response = await fetch(settings.tokenEndpoint, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(client).toString('base64')}`, accept: 'application/json' },
        body: form,
        redirect: 'error',
        signal: AbortSignal.any([AbortSignal.timeout(ENDPOINT_TIMEOUT_MS), this.#deadline.signal]),
      });
      status = response.status;
      body = parsed(await textOf(response));
    } catch {
      // The cause may quote the request with its secret.
      this.#deadline.throwIfOver();
      throw new BrokerFailure('TOKEN_ENDPOINT_UNREACHABLE', `the token endpoint at ${host} gave no answer`, {
        remedy: 'check its URL and the network to it',
      });
    }
    const token = textField(body, 'access_token');
    if (status === 200 && token !== undefined) return token;
    const reason = textField(body, 'error');
    const named = reason !== undefined && /^[a-z_]{1,40}$/.test(reason) ? `: ${reason}` : '';
    throw new AuthenticationError(
      this.#alias,
      `cluster ${this.#alias}: the token endpoint at ${host} refused (status ${status}${named})`,
      { remedy: 'check client id, client secret and scope' },
    );
  }
}

/** Why there are no AWS credentials to sign with. The error's message stays out: it may quote the request. */
function unsigned(identity: AwsIdentity | undefined, error: unknown): { message: string; remedy: string } {
  const name = error instanceof Error && /^[A-Za-z]{1,60}$/.test(error.name) ? ` (${error.name})` : '';
  switch (identity?.kind) {
    case 'role':
      return {
        message: `AWS STS did not let Tidemark assume ${identity.roleArn}${name}`,
        remedy: 'allow sts:AssumeRole on that role to the AWS identity that runs Tidemark, in the trust policy too',
      };
    case 'profile':
      return {
        message: `no AWS credentials in the profile "${identity.profile}" to sign in to MSK with${name}`,
        remedy: `check it with: aws sts get-caller-identity --profile ${shellWord(identity.profile)}`,
      };
    case undefined:
      return {
        message: 'no AWS credentials to sign in to MSK with',
        remedy: 'run with an AWS role or profile that has kafka-cluster:Connect on the cluster',
      };
  }
}

/**
 * When a token expired, or null if it has not or does not say. Messages print this: it reveals nothing of the token.
 */
export function expiryOf(token: string, now: number): string | null {
  const payload = token.split('.')[1];
  if (payload === undefined) return null;
  const claims = parsed(Buffer.from(payload, 'base64url').toString('utf8'));
  const exp = typeof claims === 'object' && claims !== null && 'exp' in claims ? Number(claims.exp) : Number.NaN;
  return Number.isFinite(exp) && exp * 1000 <= now ? new Date(exp * 1000).toISOString() : null;
}

/** The text of an answer, '' if it is longer than any token's. */
async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) return '';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function textField(body: unknown, name: string): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const value: unknown = Reflect.get(body, name);
  return typeof value === 'string' ? value : undefined;
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'an invalid URL';
}
