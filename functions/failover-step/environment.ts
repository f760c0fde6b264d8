import * as z from 'zod';
import type { SecretLocation } from '../../shared/config/connection/secret-location.ts';
import { FAILOVER_ENVIRONMENT } from '../../shared/contract/environment.ts';
import { InvalidInputError } from '../runtime/invalid-input-error.ts';
import { jsonText, secretLocation } from '../runtime/variables.ts';

/** The settings of a function that carries failovers out, validated once when it starts. */
export interface FailoverStepEnvironment {
  readonly deployment: string;
  readonly configFile: string;
  readonly historyTable: string;
  readonly secrets: ReadonlyMap<string, SecretLocation>;
  readonly secretTtlMs: number;
  readonly withheldSecrets: readonly string[];
  readonly approvalMs: number;
}

const seconds = z.string().regex(/^\d+$/, 'must be a whole number').transform(Number).pipe(z.number().min(1));

const schema = z.object({
  [FAILOVER_ENVIRONMENT.deployment]: z.string().min(1),
  [FAILOVER_ENVIRONMENT.configFile]: z.string().min(1),
  [FAILOVER_ENVIRONMENT.historyTable]: z.string().min(1),
  [FAILOVER_ENVIRONMENT.secrets]: jsonText.pipe(z.record(z.string().min(1), secretLocation)),
  [FAILOVER_ENVIRONMENT.secretTtlSeconds]: seconds,
  [FAILOVER_ENVIRONMENT.withheldSecrets]: jsonText.pipe(z.array(z.string().min(1))),
  [FAILOVER_ENVIRONMENT.approvalSeconds]: seconds,
});

/** @throws InvalidInputError that names every variable that is wrong */
export function parseFailoverStepEnvironment(
  variables: Readonly<Record<string, string | undefined>>,
): FailoverStepEnvironment {
  const parsed = schema.safeParse(variables);
  if (!parsed.success) throw new InvalidInputError('environment', parsed.error);
  const values = parsed.data;
  return {
    deployment: values[FAILOVER_ENVIRONMENT.deployment],
    configFile: values[FAILOVER_ENVIRONMENT.configFile],
    historyTable: values[FAILOVER_ENVIRONMENT.historyTable],
    secrets: new Map(Object.entries(values[FAILOVER_ENVIRONMENT.secrets])),
    secretTtlMs: values[FAILOVER_ENVIRONMENT.secretTtlSeconds] * 1000,
    withheldSecrets: values[FAILOVER_ENVIRONMENT.withheldSecrets],
    approvalMs: values[FAILOVER_ENVIRONMENT.approvalSeconds] * 1000,
  };
}
