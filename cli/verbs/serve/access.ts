import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import type { Secret } from '../../../shared/config/connection/secret.ts';
import { isLoopback } from './listen-address.ts';

const COOKIE = 'tidemark-session';
const SESSION_MS = 12 * 3_600_000;
/** The oldest one ends when there are more. */
const MOST_SESSIONS = 100;

/** Why a request is refused: it lacks the token, or it reached this server by a name that is not its own. */
export type Refusal = 'token' | 'host';

/**
 * Who may read. With a token: requests that carry it (`Authorization: Bearer …`), or the cookie of a session that began
 * with it. Without one: requests to a loopback name. A web page elsewhere can make its own name lead to 127.0.0.1, and a
 * browser would then let it read the answer.
 */
export class Access {
  readonly #digest: Buffer | null;
  /** Session → when it ends: ms since the epoch. Oldest first. */
  readonly #sessions = new Map<string, number>();
  readonly #now: () => number;

  constructor(token: Secret | null, now: () => number = Date.now) {
    this.#digest = token === null ? null : digestOf(token.reveal());
    this.#now = now;
  }

  /** Null if the request may read. */
  refusalOf(headers: IncomingHttpHeaders): Refusal | null {
    if (this.#digest === null) return isOwnName(headers.host ?? '') ? null : 'host';
    const [, bearer] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
    if (bearer !== undefined) return this.#isToken(bearer) ? null : 'token';
    return this.#hasSession(headers.cookie ?? '') ? null : 'token';
  }

  /** The `Set-Cookie` of a new session; null if that is not the token. The cookie is not the token, and scripts cannot read it. */
  login(token: string): string | null {
    if (!this.#isToken(token)) return null;
    const id = randomBytes(32).toString('base64url');
    this.#sessions.set(id, this.#now() + SESSION_MS);
    for (const oldest of this.#sessions.keys()) {
      if (this.#sessions.size <= MOST_SESSIONS) break;
      this.#sessions.delete(oldest);
    }
    return `${COOKIE}=${id}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${SESSION_MS / 1_000}`;
  }

  #isToken(given: string): boolean {
    return this.#digest !== null && timingSafeEqual(this.#digest, digestOf(given));
  }

  #hasSession(cookies: string): boolean {
    const found = cookies.split(/; */).find((cookie) => cookie.startsWith(`${COOKIE}=`));
    const end = found === undefined ? undefined : this.#sessions.get(found.slice(COOKIE.length + 1));
    return end !== undefined && end > this.#now();
  }
}

/** Digests have one length, whatever was given. */
function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function isOwnName(host: string): boolean {
  const name = host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return name === 'localhost' || (isIP(name) !== 0 && isLoopback(name));
}
