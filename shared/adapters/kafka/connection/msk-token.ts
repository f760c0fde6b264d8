import { generateAuthToken } from 'aws-msk-iam-sasl-signer-js';

/** Signs in to MSK with the AWS credentials of the environment. Loads the AWS SDK: import it only for clusters that need it. */
export async function mskToken(region: string): Promise<string> {
  return (await generateAuthToken({ region })).token;
}
