import { fromIni, fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { generateAuthToken, generateAuthTokenFromCredentialsProvider } from 'aws-msk-iam-sasl-signer-js';
import type { AwsIdentity } from '../../../config/connection/kafka-connection.ts';

const SESSION_NAME = 'tidemark';

/**
 * Signs in to MSK as the identity, or with the AWS credentials of the environment. Loads the AWS SDK: import it only for
 * clusters that need it.
 */
export async function mskToken(region: string, identity: AwsIdentity | undefined): Promise<string> {
  if (identity === undefined) return (await generateAuthToken({ region })).token;
  const awsCredentialsProvider =
    identity.kind === 'profile'
      ? fromIni({ profile: identity.profile, clientConfig: { region } })
      : fromTemporaryCredentials({
          params: {
            RoleArn: identity.roleArn,
            RoleSessionName: identity.sessionName ?? SESSION_NAME,
            ...(identity.externalId === undefined ? {} : { ExternalId: identity.externalId }),
          },
          clientConfig: { region: identity.stsRegion ?? region },
        });
  return (await generateAuthTokenFromCredentialsProvider({ region, awsCredentialsProvider })).token;
}
