import type { FlowObservation } from '../judge/observation.ts';
import type { Refusal } from './refusal.ts';

/**
 * What the source did not tell now, of a plan that rests on that alone. What an observation has of a source that is down, or of
 * a group whose coordinator is, comes from an audit before.
 */
export function unreadNow(
  { sourceDown, groups, flow }: Pick<FlowObservation, 'sourceDown' | 'groups' | 'flow'>,
  chosen: readonly string[],
): readonly Refusal[] {
  const remedy = 'Try again when all brokers answer.';
  const cluster = flow.source;
  if (sourceDown !== null)
    return [{ code: 'CLUSTER_UNREAD', subject: { cluster }, reason: sourceDown.message, remedy }];
  const wanted = new Set(chosen);
  return groups.flatMap(({ listing: { group }, committed }) =>
    committed.kind === 'read' || !wanted.has(group)
      ? []
      : [{ code: 'GROUP_UNREAD', subject: { cluster, group }, reason: committed.unread.message, remedy }],
  );
}
