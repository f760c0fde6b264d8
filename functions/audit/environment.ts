import * as z from 'zod';
import type { FlowPart } from '../../shared/audit/flow-part.ts';
import type { SecretLocation } from '../../shared/config/connection/secret-location.ts';
import type { NamePair } from '../../shared/config/failover/failover-config.ts';
import { AUDIT_ENVIRONMENT } from '../../shared/contract/environment.ts';
import { InvalidInputError } from '../runtime/invalid-input-error.ts';
import { jsonText, secretLocation } from '../runtime/variables.ts';

/** The settings of the audit function, validated once when it starts. */
export interface AuditEnvironment {
  readonly deployment: string;
  readonly configFile: string;
  readonly historyTable: string;
  readonly groupMetricsLimit: number;
  readonly part: FlowPart;
  readonly secrets: ReadonlyMap<string, SecretLocation>;
  readonly secretTtlMs: number;
  /** The names of clients that this function publishes. */
  readonly names: ReadonlyMap<string, NamePair>;
}

const wholeNumber = (least: number, most: number) =>
  z.string().regex(/^\d+$/, 'must be a whole number').transform(Number).pipe(z.number().min(least).max(most));

const part = z
  .string()
  .regex(/^\d{1,2}\/\d{1,2}$/, 'must be a part of all, such as 1/4')
  .transform((text): FlowPart => {
    const [index = 0, of = 0] = text.split('/').map(Number);
    return { part: index, of };
  })
  .refine((one) => one.part >= 1 && one.part <= one.of, 'must be one of the parts');

const namePair = z.strictObject({ primary: z.string().min(1), secondary: z.string().min(1) });

const schema = z.object({
  [AUDIT_ENVIRONMENT.deployment]: z.string().min(1),
  [AUDIT_ENVIRONMENT.configFile]: z.string().min(1),
  [AUDIT_ENVIRONMENT.historyTable]: z.string().min(1),
  [AUDIT_ENVIRONMENT.groupMetricsLimit]: wholeNumber(0, 1_000),
  [AUDIT_ENVIRONMENT.part]: part,
  [AUDIT_ENVIRONMENT.secrets]: jsonText.pipe(z.record(z.string().min(1), secretLocation)),
  [AUDIT_ENVIRONMENT.secretTtlSeconds]: wholeNumber(1, 86_400),
  [AUDIT_ENVIRONMENT.names]: jsonText.pipe(z.record(z.string().min(1), namePair)).optional(),
});

/** @throws InvalidInputError that names every variable that is wrong. */
export function parseAuditEnvironment(variables: Readonly<Record<string, string | undefined>>): AuditEnvironment {
  const parsed = schema.safeParse(variables);
  if (!parsed.success) throw new InvalidInputError('environment', parsed.error);
  const values = parsed.data;
  return {
    deployment: values[AUDIT_ENVIRONMENT.deployment],
    configFile: values[AUDIT_ENVIRONMENT.configFile],
    historyTable: values[AUDIT_ENVIRONMENT.historyTable],
    groupMetricsLimit: values[AUDIT_ENVIRONMENT.groupMetricsLimit],
    part: values[AUDIT_ENVIRONMENT.part],
    secrets: new Map(Object.entries(values[AUDIT_ENVIRONMENT.secrets])),
    secretTtlMs: values[AUDIT_ENVIRONMENT.secretTtlSeconds] * 1000,
    names: new Map(Object.entries(values[AUDIT_ENVIRONMENT.names] ?? {})),
  };
}
