/** Brokers send this if we did not ask for our permissions, or if they do not report them. */
const NOT_TOLD = -0x8000_0000;

/** Codes of `org.apache.kafka.common.acl.AclOperation`. Each is one bit in a set of operations (KIP-430). */
const BITS = { Read: 3, Describe: 8 } as const;

export function toldOperations(bits: number): number | null {
  return bits === NOT_TOLD ? null : bits;
}

/** Whether the operation is refused. If the broker does not say, assume that it is allowed and try it. */
export function isWithout(operations: number | null, operation: keyof typeof BITS): boolean {
  return operations !== null && (operations & (1 << BITS[operation])) === 0;
}
