import type { AclSpec } from '../../lab/cluster-admin.ts';

/** What the `kafka-acls.sh` commands that doctor prints for a cluster grant, one permission each. */
export function grantsOf(printed: string, alias: string): AclSpec[] {
  const section = printed
    .split(/^# /m)
    .slice(1)
    .find((part) => part.startsWith(`${alias}\n`));
  const commands = section?.split('\n').filter((line) => line.startsWith('kafka-acls.sh ')) ?? [];
  if (commands.length === 0) throw new Error(`doctor prints no commands for ${alias}:\n${printed}`);
  return commands.flatMap(grantsOfCommand);
}

function grantsOfCommand(command: string): AclSpec[] {
  const words = command.split(' ').map((word) => word.replace(/^'(.*)'$/, '$1'));
  const after = (option: string) => words.flatMap((word, i) => (words[i - 1] === option ? [word] : []));
  const [principal = ''] = after('--allow-principal');
  const [topic] = after('--topic');
  const [group] = after('--group');
  const resource =
    topic !== undefined
      ? ({ resourceType: 'TOPIC', resourceName: topic } as const)
      : group !== undefined
        ? ({ resourceType: 'GROUP', resourceName: group } as const)
        : ({ resourceType: 'CLUSTER', resourceName: 'kafka-cluster' } as const);
  const patternType = after('--resource-pattern-type')[0] === 'prefixed' ? 'PREFIXED' : 'LITERAL';
  return after('--operation').map((operation) => ({
    principal,
    operation: operation.toUpperCase(),
    ...resource,
    patternType,
  }));
}
