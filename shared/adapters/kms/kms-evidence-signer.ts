import { createPublicKey } from 'node:crypto';
import { GetPublicKeyCommand, type KMSClient, SignCommand } from '@aws-sdk/client-kms';
import type { EvidenceSigner } from '../../failover/evidence-store.ts';
import { serviceError } from '../../failover/seal-errors.ts';

/** Signs with an asymmetric key of KMS, which KMS never gives away. The owner of the client closes it. */
export function createKmsEvidenceSigner(client: KMSClient, keyArn: string): EvidenceSigner {
  const ask = async <T>(what: string, request: () => Promise<T>): Promise<T> => {
    try {
      return await request();
    } catch (error) {
      throw serviceError('EVIDENCE_NOT_SIGNED', `${what} with ${keyArn}`, error);
    }
  };
  return {
    publicKey: () =>
      ask('GetPublicKey', async () => {
        const { PublicKey = new Uint8Array() } = await client.send(new GetPublicKeyCommand({ KeyId: keyArn }));
        const key = createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' });
        return key.export({ format: 'pem', type: 'spki' }).toString();
      }),
    sign: (sha256) =>
      ask('Sign', async () => {
        const { Signature = new Uint8Array() } = await client.send(
          new SignCommand({ KeyId: keyArn, Message: sha256, MessageType: 'DIGEST', SigningAlgorithm: 'ECDSA_SHA_256' }),
        );
        return Signature;
      }),
  };
}
