import type { AuthenticationProviderArgs, Mechanism } from 'kafkajs';
import scram256 from 'kafkajs/src/broker/saslAuthenticator/scram256.js';
import scram512 from 'kafkajs/src/broker/saslAuthenticator/scram512.js';
import type { Secret } from '../../../config/connection/secret.ts';
import { AuthenticationError } from '../../../domain/model/errors.ts';

/**
 * Kafka's own brokers ask for at most 16,384 (`ScramMechanism`). A million take a core about a second, billions an
 * hour.
 */
const MAX_ITERATIONS = 1_000_000;

const PROVIDERS = { 'SCRAM-SHA-256': scram256, 'SCRAM-SHA-512': scram512 } as const;

/**
 * SCRAM (RFC 5802) by kafkajs, with a limit on the work. The broker chooses the number of hash iterations before it has
 * proven who it is.
 */
export function scram(
  alias: string,
  mechanism: keyof typeof PROVIDERS,
  credentials: { readonly username: string; readonly password: Secret },
): Mechanism {
  const { username, password } = credentials;
  return {
    mechanism: mechanism.toLowerCase(),
    authenticationProvider: (args: AuthenticationProviderArgs) => {
      let refusal: AuthenticationError | undefined;
      const saslAuthenticate: AuthenticationProviderArgs['saslAuthenticate'] = async (exchange) => {
        const answer = await args.saslAuthenticate(exchange);
        if (iterationsOf(answer) > MAX_ITERATIONS) {
          refusal = tooManyIterations(alias);
          throw refusal;
        }
        return answer;
      };
      const provider = PROVIDERS[mechanism]({ username, password: password.reveal() })({ ...args, saslAuthenticate });
      return {
        authenticate: () =>
          provider.authenticate().catch((error: unknown) => {
            throw refusal ?? error;
          }),
      };
    },
  };
}

/** The `i` of the server's first message; 0 if it has none. */
function iterationsOf(answer: unknown): number {
  return typeof answer === 'object' && answer !== null && 'i' in answer
    ? Number.parseInt(String(answer.i), 10) || 0
    : 0;
}

function tooManyIterations(alias: string): AuthenticationError {
  return new AuthenticationError(
    alias,
    `cluster ${alias} asks for more than ${MAX_ITERATIONS} SCRAM iterations; no Kafka broker does that`,
    { remedy: 'check that these bootstrap servers are the brokers; create the user again with fewer iterations' },
  );
}
