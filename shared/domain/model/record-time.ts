/** The last millisecond that a calendar has (ECMAScript, Time Values). A record can claim any int64. */
const LAST_TIME = 8_640_000_000_000_000n;

/** Whether a record's timestamp is a time at all: -1 says that it has none. */
export function isTime(timestamp: bigint): boolean {
  return timestamp >= 0n && timestamp <= LAST_TIME;
}

/** A record's timestamp, -1 where it is no time. */
export function timeOf({ timestamp }: { readonly timestamp: bigint }): bigint {
  return isTime(timestamp) ? timestamp : -1n;
}
