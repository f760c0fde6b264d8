/** One permission that Tidemark needs: what Kafka's ACLs call operation, resource type and resource name. */
export interface Permission {
  readonly operation: 'Describe' | 'Read' | 'Delete' | 'DescribeConfigs';
  readonly resourceType: 'Cluster' | 'Topic' | 'Group';
  readonly resourceName: string;
}
