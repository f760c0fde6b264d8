import type { Route53Record } from '../../config/failover/failover-config.ts';
import { TidemarkError } from '../../domain/model/errors.ts';

const REMEDIES: Readonly<Record<string, string>> = {
  AccessDenied:
    'Allow route53:ListResourceRecordSets and route53:ChangeResourceRecordSets on the hosted zone, and route53:GetChange.',
  NoSuchHostedZone: 'Correct zone in dns.route53, or use credentials of the account that has the hosted zone.',
  InvalidChangeBatch: "Compare name and leadsTo with the hosted zone: Route 53's reason names what does not fit.",
  CredentialsProviderError: 'Give this process AWS credentials, as for every AWS tool.',
};
/** The same request fails again. */
const FINAL = new Set([...Object.keys(REMEDIES), 'InvalidInput', 'NoSuchChange', 'AccessDeniedException']);

/** What Route 53, or the way to it, said of a request, with what to do. */
export function nameError(what: string, { name, zone }: Route53Record, error: unknown): TidemarkError {
  if (error instanceof TidemarkError) return error;
  const kind = error instanceof Error ? error.name : 'unknown';
  const why = error instanceof Error ? error.message : String(error);
  const remedy =
    REMEDIES[kind === 'AccessDeniedException' ? 'AccessDenied' : kind] ??
    'Run the same command again. If it fails again, change the record by hand, and run it again: it then finds it changed.';
  return new TidemarkError('DNS_CHANGE_FAILED', `${what} for ${name} in hosted zone ${zone}: ${kind}: ${why}`, {
    remedy,
    retriable: !FINAL.has(kind),
    cause: error,
  });
}
