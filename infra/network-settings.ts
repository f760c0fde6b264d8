import * as z from 'zod';

const vpcId = z.string().startsWith('vpc-');
const zones = z.array(z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d[a-z]$/, 'must be a zone such as eu-central-1a')).min(1);

/** A block of IPv4 addresses: `10.60.0.0/24`. */
const cidr = z.string().refine((text) => parseCidr(text) !== null, 'must be a block of IPv4 addresses: 10.60.0.0/24');

/** A service that an isolated function calls, by the last part of its endpoint's name. */
export const ENDPOINT_SERVICES = ['monitoring', 'events', 'secretsmanager', 'sts'] as const;
export type EndpointService = (typeof ENDPOINT_SERVICES)[number];

/** Private subnets that can reach both clusters. Given by id, so that synthesis needs no look-ups. */
export const vpcSettings = z
  .strictObject({
    vpcId,
    availabilityZones: z.array(z.string()).min(1),
    privateSubnetIds: z.array(z.string().startsWith('subnet-')).min(1),
    /** Those of the functions. If absent, the stack makes one. */
    securityGroupIds: z.array(z.string().startsWith('sg-')).min(1).optional(),
    /** The stack makes the endpoints that its functions need. If absent, the VPC has them, or a way to the Internet. */
    endpoints: z
      .strictObject({
        /** The route tables of the subnets, for the gateway endpoint of DynamoDB; none if the VPC has one. */
        routeTableIds: z.array(z.string().startsWith('rtb-')).default([]),
        /** Services whose endpoint the VPC has already: it can have one of each with private names. */
        present: z.array(z.enum(ENDPOINT_SERVICES)).default([]),
      })
      .optional(),
  })
  .refine(
    (vpc) => vpc.availabilityZones.length === vpc.privateSubnetIds.length,
    'must have one subnet per availability zone',
  );
export type VpcSettings = z.infer<typeof vpcSettings>;

/** A VPC that the stack makes: subnets that reach the networks of the clusters, the services that functions use, and nothing else. */
export const isolatedVpcSettings = z
  .strictObject({
    /** Its addresses. A subnet in each zone shares them. */
    cidr,
    availabilityZones: zones.max(3),
    /** VPCs of clusters, each peered with this one. */
    peerings: z
      .array(
        z.strictObject({
          vpcId,
          cidr,
          /** If it is not that of the stack. */
          region: z.string().min(1).optional(),
          /** If it is not that of the stack; then with the role of that account that accepts peerings. */
          accountId: z
            .string()
            .regex(/^\d{12}$/, 'must be the id of an account')
            .optional(),
          acceptRoleArn: z.string().startsWith('arn:').optional(),
        }),
      )
      .default([]),
    /** A transit gateway, and the networks behind it in which clusters are. */
    transitGateway: z.strictObject({ id: z.string().startsWith('tgw-'), cidrs: z.array(cidr).min(1) }).optional(),
  })
  .superRefine((vpc, context) => {
    const fault = (path: readonly (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path: [...path], message });
    if (vpc.peerings.length === 0 && vpc.transitGateway === undefined) {
      fault([], 'needs peerings or a transitGateway: without them it reaches no cluster');
    }
    const own = parseCidr(vpc.cidr);
    if (own !== null && (own.bits < 16 || subnetBits(own.bits, vpc.availabilityZones.length) > 28)) {
      fault(
        ['cidr'],
        `must be from /16 to /${28 - zoneBits(vpc.availabilityZones.length)}, so that each zone gets a /28`,
      );
    }
    const reached = [
      ...vpc.peerings.map((peering, index) => ({ path: ['peerings', index, 'cidr'], cidr: peering.cidr })),
      ...(vpc.transitGateway?.cidrs ?? []).map((one, index) => ({
        path: ['transitGateway', 'cidrs', index],
        cidr: one,
      })),
    ];
    for (const [index, { path, cidr: one }] of reached.entries()) {
      if (overlap(one, vpc.cidr)) fault(path, `overlaps ${vpc.cidr}: choose other addresses for this VPC`);
      const before = reached.slice(0, index).find((other) => overlap(other.cidr, one));
      if (before !== undefined) fault(path, `overlaps ${before.cidr}, so one of them gets no route`);
    }
  });
export type IsolatedVpcSettings = z.infer<typeof isolatedVpcSettings>;

/** The size of a subnet, so that each zone gets one of the same size. */
export function subnetBits(vpcBits: number, zoneCount: number): number {
  return vpcBits + zoneBits(zoneCount);
}

export function bitsOf(text: string): number {
  const parsed = parseCidr(text);
  if (parsed === null) throw new Error(`${text} is no block of addresses`);
  return parsed.bits;
}

function zoneBits(zoneCount: number): number {
  return Math.ceil(Math.log2(zoneCount));
}

/** Null if it is none, or if it has addresses beyond its bits. */
function parseCidr(text: string): { readonly first: number; readonly bits: number } | null {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text)?.slice(1).map(Number);
  if (parts === undefined) return null;
  const bits = parts[4] ?? 0;
  const bytes = parts.slice(0, 4);
  const first = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  if (bits > 32 || bytes.some((byte) => byte > 255) || first % 2 ** (32 - bits) !== 0) return null;
  return { first, bits };
}

function overlap(one: string, other: string): boolean {
  const [a, b] = [parseCidr(one), parseCidr(other)];
  if (a === null || b === null) return false;
  return a.first < b.first + 2 ** (32 - b.bits) && b.first < a.first + 2 ** (32 - a.bits);
}
