import type { Permission } from './permission.ts';

/**
 * An error that a person can act on: a stable code, one sentence, what to do about it, and whether trying again may
 * help. Messages never hold secrets. Everything else that is thrown is a defect.
 */
export class TidemarkError extends Error {
  override readonly name: string = 'TidemarkError';
  readonly code: string;
  /** What to do; null if unknown. */
  readonly remedy: string | null;
  readonly retriable: boolean;

  constructor(code: string, message: string, options: { remedy?: string; retriable?: boolean; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.remedy = options.remedy ?? null;
    this.retriable = options.retriable ?? false;
  }
}

/** No broker of a cluster could be reached: unknown host, refused, timed out, or TLS failed. */
export class ClusterUnreachableError extends TidemarkError {
  override readonly name = 'ClusterUnreachableError';
  readonly cluster: string;

  constructor(cluster: string, code: string, message: string, options: { remedy?: string; cause?: unknown } = {}) {
    super(code, message, { ...options, retriable: true });
    this.cluster = cluster;
  }
}

/** The cluster was reached and refused who we are (SASL, expired token, client certificate). */
export class AuthenticationError extends TidemarkError {
  override readonly name = 'AuthenticationError';
  readonly cluster: string;

  constructor(cluster: string, message: string, options: { remedy?: string; cause?: unknown } = {}) {
    super('AUTHENTICATION_FAILED', message, options);
    this.cluster = cluster;
  }
}

/** The cluster knows who we are and lacks a permission for us. Names every one that is known to be missing. */
export class AuthorizationError extends TidemarkError {
  override readonly name = 'AuthorizationError';
  readonly cluster: string;
  readonly missing: readonly Permission[];

  constructor(cluster: string, missing: readonly Permission[], options: { remedy?: string; cause?: unknown } = {}) {
    const shown = missing.slice(0, 10).map((p) => `${p.operation} on ${p.resourceType} "${p.resourceName}"`);
    const more = missing.length > shown.length ? ` and ${missing.length - shown.length} more` : '';
    super('AUTHORIZATION_FAILED', `cluster ${cluster}: permission missing: ${shown.join(', ')}${more}`, options);
    this.cluster = cluster;
    this.missing = missing;
  }
}
