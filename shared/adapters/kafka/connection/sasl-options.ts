import type { AuthenticationProviderArgs, Mechanism, SASLOptions } from 'kafkajs';
import type { SaslSettings } from '../../../config/connection/kafka-connection.ts';
import { AuthenticationError } from '../../../domain/model/errors.ts';
import type { Deadline } from './deadline.ts';
import { expiryOf, OauthToken } from './oauth-token.ts';
import { scram } from './scram.ts';

/** Makes new kafkajs options for each connection, because kafkajs keeps state in the object that it gets. */
export function saslOptions(alias: string, settings: SaslSettings, deadline: Deadline): () => SASLOptions | Mechanism {
  switch (settings.mechanism) {
    case 'PLAIN': {
      const { username, password } = settings;
      return () => ({ mechanism: 'plain', username, password: password.reveal() });
    }
    case 'SCRAM-SHA-256':
    case 'SCRAM-SHA-512': {
      const { mechanism } = settings;
      return () => scram(alias, mechanism, settings);
    }
    case 'OAUTHBEARER':
    case 'AWS_MSK_IAM': {
      const token = new OauthToken(alias, settings, deadline);
      return () => oauthBearer(alias, token);
    }
  }
}

/**
 * Our own mechanism for OAUTHBEARER (RFC 7628). kafkajs's ignores the broker's answer, so a refused token looks
 * accepted, and the next request fails with an answer that makes no sense.
 */
function oauthBearer(alias: string, token: OauthToken): Mechanism {
  return {
    mechanism: 'oauthbearer',
    authenticationProvider: ({ saslAuthenticate }: AuthenticationProviderArgs) => ({
      authenticate: async () => {
        const value = await token.get();
        const refusal = await saslAuthenticate<string>({
          request: { encode: async () => sized(`n,,\u0001auth=Bearer ${value}\u0001\u0001`) },
          response: {
            decode: (bytes) => bytes.subarray(4),
            parse: (answer) => answer.toString('utf8'),
          },
        });
        if (refusal !== undefined && refusal !== '') throw refused(alias, value, refusal);
      },
    }),
  };
}

function refused(alias: string, token: string, answer: string): AuthenticationError {
  const status = /"status"\s*:\s*"([a-z_]{1,40})"/.exec(answer)?.[1] ?? 'no reason given';
  const expired = expiryOf(token, Date.now());
  return new AuthenticationError(
    alias,
    expired === null
      ? `cluster ${alias} refused the token (${status})`
      : `cluster ${alias} refused the token (${status}): it expired at ${expired}`,
    {
      remedy:
        expired === null ? "check the token's issuer, audience, scope and expiry" : 'give a token that is still valid',
    },
  );
}

/** kafkajs sends the output of an authenticator unchanged, so the length must come first (`BYTES`). */
function sized(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  const length = Buffer.alloc(4);
  length.writeInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
