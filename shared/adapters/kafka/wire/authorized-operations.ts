/** What brokers put where they were not asked what we may do, or do not say. */
const NOT_TOLD = -0x8000_0000;

/** Codes of `org.apache.kafka.common.acl.AclOperation`: each is a bit of a set of operations (KIP-430). */
const BITS = { Read: 3, Describe: 8 } as const;

export function toldOperations(bits: number): number | null {
  return bits === NOT_TOLD ? null : bits;
}

/** Whether the operation is refused; what a broker does not tell counts as allowed until it is tried. */
export function isWithout(operations: number | null, operation: keyof typeof BITS): boolean {
  return operations !== null && (operations & (1 << BITS[operation])) === 0;
}
