import { readFileSync } from 'node:fs';
import { Secret } from '../../../shared/config/connection/secret.ts';
import { UsageError } from '../../output/usage-error.ts';
import { hostAndPort, isLoopback, type ListenAddress } from './listen-address.ts';

export const TOKEN_VARIABLE = 'TIDEMARK_SERVE_TOKEN';
/** Shorter ones can be guessed. */
const SHORTEST = 16;
const MAKE_ONE = 'make one: openssl rand -hex 24';

/**
 * The token that every request has to carry; null if none is asked for, which only a loopback address allows.
 * @param file `--token-file`; its first line is the token. Without it, the variable has the token
 * @throws UsageError that does not show the token
 */
export function serveToken(
  file: string | undefined,
  environment: NodeJS.ProcessEnv,
  listen: ListenAddress,
): Secret | null {
  const [text, place] =
    file === undefined ? [environment[TOKEN_VARIABLE], TOKEN_VARIABLE] : [read(file), '--token-file'];
  if (text === undefined || (file === undefined && text === '')) {
    if (isLoopback(listen.host)) return null;
    throw new UsageError(
      `--listen ${hostAndPort(listen)} is open to other machines, which needs a token`,
      `set ${TOKEN_VARIABLE} or --token-file (${MAKE_ONE}), or listen on 127.0.0.1`,
    );
  }
  if (!/^[\x21-\x7e]*$/.test(text)) {
    throw new UsageError(`the token of ${place} has blanks or characters that are not ASCII`, MAKE_ONE);
  }
  if (text.length < SHORTEST) {
    throw new UsageError(`the token of ${place} has fewer than ${SHORTEST} characters`, MAKE_ONE);
  }
  return new Secret(text);
}

function read(file: string): string {
  try {
    return (readFileSync(file, 'utf8').split('\n')[0] ?? '').trim();
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'unknown reason';
    throw new UsageError(`--token-file ${file} cannot be read: ${why}`, 'check its path and its permissions');
  }
}
