import { timingSafeEqual } from 'node:crypto';
import { sha256 } from './sha256.ts';

/** The message authentication code of a text, in base64url, with a key that only the deployment has. */
export type Mac = (text: string) => Promise<string>;

/** What a link says. Nobody can change it, because it is signed. */
export interface LinkClaims {
  readonly run: string;
  /** The hash that it approves. */
  readonly hash: string;
  /** Which question it answers: a run that is continued asks again. */
  readonly question: string;
  /** ms since the epoch. */
  readonly expiresAt: number;
}

/** How long a page can be sent after it was shown. */
const PAGE_LASTS_MS = 900_000;
/** What a code is for, so that the code of one thing is none of the other. */
const OF_LINK = 'tidemark.approval-link/1';
const OF_PAGE = 'tidemark.approval-page/1';

const LINK = /^(([\w-]{1,100})\.([0-9a-f]{64})\.([0-9a-f]{16})\.(\d{1,15}))\.([\w-]{43})$/;
const NONCE = /^(\d{1,15})\.([\w-]{43})$/;

/** Names the question of a state machine without its token. */
export function questionOf(token: string): string {
  return sha256(token).slice(0, 16);
}

/** The claims with their signature: the secret part of a link. */
export async function signedLink({ run, hash, question, expiresAt }: LinkClaims, mac: Mac): Promise<string> {
  const claims = [run, hash, question, expiresAt].join('.');
  return `${claims}.${await mac(`${OF_LINK}\n${claims}`)}`;
}

/** The claims of a link; null if this deployment did not sign them. */
export async function claimsOf(link: string, mac: Mac): Promise<LinkClaims | null> {
  const [, claims, run = '', hash = '', question = '', expiresAt, signature = ''] = LINK.exec(link) ?? [];
  if (claims === undefined || !isSame(signature, await mac(`${OF_LINK}\n${claims}`))) return null;
  return { run, hash, question, expiresAt: Number(expiresAt) };
}

/** Binds a form to the page of this link that was shown now. */
export async function pageNonce(link: string, now: number, mac: Mac): Promise<string> {
  return `${now}.${await mac(`${OF_PAGE}\n${link}\n${now}`)}`;
}

/** Whether a form is of a page that this deployment has shown for the link, not long ago. */
export async function isPageNonce(nonce: string, link: string, now: number, mac: Mac): Promise<boolean> {
  const [, at, signature = ''] = NONCE.exec(nonce) ?? [];
  if (at === undefined || !isSame(signature, await mac(`${OF_PAGE}\n${link}\n${at}`))) return false;
  return now - Number(at) < PAGE_LASTS_MS;
}

/** In a time that does not depend on where they differ. */
function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
