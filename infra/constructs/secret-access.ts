import { Arn, ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { SecretLocation } from '../../shared/config/connection/secret-location.ts';

/**
 * Allows a role to read the given secrets and no others.
 * @param keyArns customer managed KMS keys of those secrets
 */
export function grantSecrets(role: Role, locations: Iterable<SecretLocation>, keyArns: readonly string[]): void {
  const ids = [...new Set([...locations].map((location) => location.secretsManager))];
  if (ids.length > 0) {
    const resources = ids.map((secret) => secretArn(secret, Stack.of(role)));
    role.addToPolicy(new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources }));
  }
  if (keyArns.length > 0) {
    role.addToPolicy(
      new PolicyStatement({
        actions: ['kms:Decrypt'],
        resources: [...keyArns],
        conditions: { StringLike: { 'kms:ViaService': 'secretsmanager.*.amazonaws.com' } },
      }),
    );
  }
}

/** Secrets Manager appends six random characters to the ARN of a named secret. */
function secretArn(secret: string, stack: Stack): string {
  if (secret.startsWith('arn:')) return /-[A-Za-z0-9]{6}$/.test(secret) ? secret : `${secret}-??????`;
  const resourceName = `${secret}-??????`;
  const arnFormat = ArnFormat.COLON_RESOURCE_NAME;
  return Arn.format({ service: 'secretsmanager', resource: 'secret', resourceName, arnFormat }, stack);
}
