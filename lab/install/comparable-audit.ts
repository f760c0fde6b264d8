/** An audit's JSON without what differs from one moment to the next: times, ages, and what depends on them. */
export function comparableAudit(json: string): unknown {
  return JSON.parse(json, (key, value: unknown) => {
    if (TIMES.has(key)) return undefined;
    return typeof value === 'string'
      ? value.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z|\b\d+(?:\.\d+)? (?:ms|s|min)\b/g, '…')
      : value;
  });
}

const TIMES = new Set(['at', 'commitCheckedAt', 'seconds']);
