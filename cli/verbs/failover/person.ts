import { hostname, userInfo } from 'node:os';

/** Who runs this, for the evidence: the given name, or the user that the machine knows. */
export function personOf(given: string | undefined): string {
  if (given !== undefined && given.trim() !== '') return given;
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    // In a container the user may have no name.
    return `user@${hostname()}`;
  }
}

/** This process, for the lock of a flow. */
export function processName(): string {
  return `${hostname()}:${process.pid}`;
}
