import kafkajs, { type Acl, type AclEntry, type AclFilter, type DescribeAclResource } from 'kafkajs';
import * as z from 'zod';

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;

/** One ACL on a topic by its own name, for every host. What a fence records, so that its undo removes just that. */
export const topicAcl = z.strictObject({
  topic: z.string(),
  principal: z.string(),
  operation: z.enum(['WRITE', 'READ', 'DESCRIBE', 'DESCRIBE_CONFIGS']),
  permission: z.enum(['ALLOW', 'DENY']),
});
export type TopicAcl = z.infer<typeof topicAcl>;

const EVERY_HOST = '*';

export function entryOf({ topic, principal, operation, permission }: TopicAcl): AclEntry {
  return {
    resourceType: AclResourceTypes.TOPIC,
    resourceName: topic,
    resourcePatternType: ResourcePatternTypes.LITERAL,
    principal,
    host: EVERY_HOST,
    operation: AclOperationTypes[operation],
    permissionType: AclPermissionTypes[permission],
  };
}

/** Matches this ACL and no other. */
export function filterOf(acl: TopicAcl): AclFilter {
  return entryOf(acl);
}

/** Matches every ACL on every topic. */
export const ANY_TOPIC_ACL = {
  resourceType: AclResourceTypes.TOPIC,
  resourcePatternType: ResourcePatternTypes.ANY,
  operation: AclOperationTypes.ANY,
  permissionType: AclPermissionTypes.ANY,
} as const;

export function isThere(acl: TopicAcl, resources: readonly DescribeAclResource[]): boolean {
  const wanted = entryOf(acl);
  const isWanted = (one: Acl) =>
    one.principal === wanted.principal &&
    one.host === wanted.host &&
    one.operation === wanted.operation &&
    one.permissionType === wanted.permissionType;
  return resources.some(
    ({ resourceName, resourcePatternType, acls }) =>
      resourceName === wanted.resourceName && resourcePatternType === wanted.resourcePatternType && acls.some(isWanted),
  );
}

/** Whether Kafka's authorizer finds any ACL for a topic: one for its name, for a prefix of it, or for all topics. */
export function hasAcl(topic: string, resources: readonly DescribeAclResource[]): boolean {
  return resources.some(({ resourceName, resourcePatternType, acls }) => {
    if (acls.length === 0) return false;
    if (resourcePatternType === ResourcePatternTypes.PREFIXED) return topic.startsWith(resourceName);
    return resourceName === topic || resourceName === '*';
  });
}
