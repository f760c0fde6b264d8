import kafkajs, { type Admin, type DescribeAclResource } from 'kafkajs';
import * as z from 'zod';
import { type KafkaConnection, writingConnection } from '../../../config/connection/kafka-connection.ts';
import type { AclFenceConfig } from '../../../config/failover/failover-config.ts';
import { TidemarkError } from '../../../domain/model/errors.ts';
import { counted } from '../../../domain/model/figures.ts';
import type { WriteFence } from '../../../ports.ts';
import { kafkaClient, kafkaErrorOf } from './kafka-client.ts';
import { ANY_TOPIC_ACL, entryOf, filterOf, hasAcl, isThere, type TopicAcl, topicAcl } from './topic-acl.ts';

/** What a fence will add, and the ACLs that make it a fence, some of which may have been there before. */
const prepared = z.object({ added: z.array(topicAcl), needed: z.array(topicAcl) });

const EVERYONE = 'allow.everyone.if.no.acl.found';
const SHOWN = 5;
/** How long brokers may take to learn of ACLs that the controller has taken, in milliseconds, and how often to look. */
const AGREED_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 200;

/**
 * Denies Write on topics to the principals of applications, by ACLs. MirrorMaker's principal is not among them. With the
 * credentials of the connection's `writer`, which needs Alter and Describe on the cluster.
 *
 * If the brokers allow everything on a topic without ACLs (`allow.everyone.if.no.acl.found`), the first ACL on it would
 * end all reads as well. The same request then allows Read, Describe and DescribeConfigs to everyone, and Write to
 * MirrorMaker: the mirror of a failback writes to these topics while applications are still fenced off.
 */
export function createAclFence(connection: KafkaConnection, config: Omit<AclFenceConfig, 'canary'>): WriteFence {
  const { alias } = connection;
  const { principals, mirrorPrincipal } = config;
  const withAdmin = <T>(use: (admin: Admin) => Promise<T>): Promise<T> => useAdmin(connection, use);
  return {
    describe(topics) {
      const shown = topics.slice(0, SHOWN).join(', ');
      const more = topics.length > SHOWN ? ` and ${topics.length - SHOWN} more` : '';
      return [
        `denies Write on ${counted(topics.length, 'topic')} of ${alias} (${shown}${more}) to ${principals.join(', ')} by ACLs`,
      ];
    },

    prepare: (topics) =>
      withAdmin(async (admin) => {
        const present = await aclsOf(admin);
        const needed = topics.flatMap((topic) =>
          principals.map((principal): TopicAcl => ({ topic, principal, operation: 'WRITE', permission: 'DENY' })),
        );
        const open = topics.filter((topic) => !hasAcl(topic, present));
        const isOpen = open.length > 0 && (config.everyoneWithoutAcl ?? (await everyoneWithoutAcl(admin, alias)));
        const reads = (isOpen ? open : []).flatMap((topic) => [
          ...(['READ', 'DESCRIBE', 'DESCRIBE_CONFIGS'] as const).map(
            (operation): TopicAcl => ({ topic, principal: 'User:*', operation, permission: 'ALLOW' }),
          ),
          ...(mirrorPrincipal === null ? [] : [mirrorWrite(topic, mirrorPrincipal)]),
        ]);
        // Reads first, although it is one request: what is listed first is applied first.
        return { added: [...reads, ...needed].filter((acl) => !isThere(acl, present)), needed };
      }),

    isUp: (intent) =>
      withAdmin(async (admin) => {
        const present = await aclsOf(admin);
        const { added, needed } = prepared.parse(intent);
        return [...added, ...needed].every((acl) => isThere(acl, present));
      }),

    raise: (intent) =>
      withAdmin(async (admin) => {
        const { added } = prepared.parse(intent);
        if (added.length > 0) await admin.createAcls({ acl: added.map(entryOf) });
        await agreed(admin, alias, (present) => added.every((acl) => isThere(acl, present)));
      }),

    lift: (intent) =>
      withAdmin(async (admin) => {
        const { added } = prepared.parse(intent);
        if (added.length > 0) await admin.deleteAcls({ filters: added.map(filterOf) });
        await agreed(admin, alias, (present) => !added.some((acl) => isThere(acl, present)));
      }),
  };
}

function mirrorWrite(topic: string, principal: string): TopicAcl {
  return { topic, principal, operation: 'WRITE', permission: 'ALLOW' };
}

async function aclsOf(admin: Admin): Promise<readonly DescribeAclResource[]> {
  // The types of kafkajs want names here; a filter without them matches every name.
  const { resources } = await admin.describeAcls(ANY_TOPIC_ACL as Parameters<Admin['describeAcls']>[0]);
  return resources;
}

/** Waits until the broker that answers has what the controller took. */
async function agreed(
  admin: Admin,
  alias: string,
  holds: (present: readonly DescribeAclResource[]) => boolean,
): Promise<void> {
  const end = Date.now() + AGREED_WITHIN_MS;
  for (;;) {
    if (holds(await aclsOf(admin))) return;
    if (Date.now() >= end) {
      throw new TidemarkError('FENCE_NOT_AGREED', `cluster ${alias} accepted the ACLs, and does not list them`, {
        retriable: true,
      });
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/**
 * Asks a broker for its setting. Kafka lists settings of plug-ins only if they are set, and hides their values.
 * @throws TidemarkError if it is set: its value is not readable then
 */
async function everyoneWithoutAcl(admin: Admin, alias: string): Promise<boolean> {
  const { brokers } = await admin.describeCluster();
  const resources = brokers.map(({ nodeId }) => ({
    type: kafkajs.ConfigResourceTypes.BROKER,
    name: String(nodeId),
    configNames: [EVERYONE],
  }));
  const answer = await admin.describeConfigs({ resources, includeSynonyms: false });
  const found = answer.resources
    .flatMap(({ configEntries }) => configEntries)
    .filter((one) => one.configName === EVERYONE);
  const values = found.map(({ configValue }) => String(configValue).toLowerCase());
  if (values.every((value) => value === 'false')) return false;
  if (values.every((value) => value === 'true')) return true;
  const message = `cluster ${alias} sets ${EVERYONE} and hides its value: whether an ACL ends reads is not known`;
  throw new TidemarkError('FENCE_EVERYONE_UNKNOWN', message, {
    remedy: 'Write its value into the configuration: flows[].failover.fence.acl.everyoneWithoutAcl.',
  });
}

async function useAdmin<T>(connection: KafkaConnection, use: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafkaClient(writingConnection(connection)).admin();
  try {
    await admin.connect();
    return await use(admin);
  } catch (error) {
    if (error instanceof TidemarkError) throw error;
    const code = kafkaErrorOf(error);
    const why = code ?? (error instanceof Error ? error.message : 'unknown reason');
    const remedy =
      code === 'SECURITY_DISABLED'
        ? 'The cluster has no authorizer, so it has no ACLs: use another fence.'
        : 'The principal needs Alter and Describe on the cluster.';
    const message = `the ACLs of cluster ${connection.alias} could not be read or changed: ${why}`;
    throw new TidemarkError(code ?? 'ACLS_UNREACHABLE', message, { remedy, retriable: code === null, cause: error });
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
