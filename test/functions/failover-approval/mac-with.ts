import { createHmac } from 'node:crypto';
import type { Mac } from '../../../shared/failover/approval-link.ts';

/** Signs with a key of a test. */
export function macWith(key: string): Mac {
  return async (text) => createHmac('sha256', key).update(text).digest('base64url');
}
