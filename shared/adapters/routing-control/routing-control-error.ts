import { TidemarkError } from '../../domain/model/errors.ts';

const REMEDIES: Readonly<Record<string, string>> = {
  ConflictException:
    'A safety rule of the control panel refuses this, and Tidemark overrides none. Change the rule, or override it yourself; then run it again: it finds the controls changed.',
  AccessDeniedException:
    'Allow route53-recovery-cluster:GetRoutingControlState and UpdateRoutingControlStates on the routing controls.',
  ResourceNotFoundException: 'Correct the ARNs and endpoints in dns.routingControl: they are those of one cluster.',
  CredentialsProviderError: 'Give this process AWS credentials, as for every AWS tool.',
};
/** Another endpoint says the same, and the same request fails again. */
const FINAL = new Set([...Object.keys(REMEDIES), 'ValidationException', 'ServiceLimitExceededException']);

export function isFinal(error: unknown): boolean {
  return error instanceof Error && FINAL.has(error.name);
}

/** What the endpoints said of a request, with what to do. */
export function routingControlError(what: string, failures: readonly unknown[]): TidemarkError {
  const kinds = failures.map((error) => (error instanceof Error ? error.name : 'unknown'));
  const last = failures.at(-1);
  const why = last instanceof Error ? last.message : String(last);
  const asked = failures.length === 1 ? '' : `none of ${failures.length} endpoints answered: `;
  const remedy =
    REMEDIES[kinds.at(-1) ?? ''] ??
    'Run the same command again. If it fails again, change the routing controls by hand, and run it again.';
  return new TidemarkError('ROUTING_CONTROL_FAILED', `${what}: ${asked}${[...new Set(kinds)].join(', ')}: ${why}`, {
    remedy,
    retriable: !isFinal(last),
    cause: last,
  });
}
