/**
 * Whether an event matches a pattern of EventBridge: each field of the pattern is an object of further fields, or a list
 * with one of the event's values (EventBridge User Guide, "Creating Amazon EventBridge event patterns").
 * @throws if the pattern has a comparison other than equality
 */
export function matchesPattern(pattern: Readonly<Record<string, unknown>>, event: unknown): boolean {
  if (!isObject(event)) return false;
  return Object.entries(pattern).every(([field, wanted]) => {
    const value = event[field];
    if (!Array.isArray(wanted)) return isObject(wanted) && matchesPattern(wanted, value);
    if (wanted.some(isObject)) throw new Error(`only equality is known here: ${JSON.stringify(wanted)}`);
    return Array.isArray(value) ? value.some((one) => wanted.includes(one)) : wanted.includes(value);
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
