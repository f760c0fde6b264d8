import { type ConnectionOptions, createSecureContext } from 'node:tls';
import type { TlsSettings } from '../../../config/connection/kafka-connection.ts';
import { TidemarkError } from '../../../domain/model/errors.ts';
import { thrownText } from './broker-failure.ts';

/**
 * Node's options for TLS connections. Parses certificates and keys once, not for every connection.
 *
 * @throws TidemarkError TLS_INVALID_MATERIAL; it never quotes what it could not parse
 */
export function tlsOptions(alias: string, settings: TlsSettings): ConnectionOptions {
  try {
    return {
      secureContext: createSecureContext({
        ...(settings.ca === undefined ? {} : { ca: settings.ca }),
        ...(settings.cert === undefined ? {} : { cert: settings.cert }),
        ...(settings.key === undefined ? {} : { key: settings.key.reveal() }),
        ...(settings.keyPassphrase === undefined ? {} : { passphrase: settings.keyPassphrase.reveal() }),
      }),
      ...(settings.verifyHostname ? {} : { checkServerIdentity: () => undefined }),
    };
  } catch (error) {
    const code = thrownText(error, 'code') || 'unknown reason';
    throw new TidemarkError(
      'TLS_INVALID_MATERIAL',
      `cluster ${alias}: its certificates or its key cannot be used (${code})`,
      {
        remedy:
          'check that ca, cert and key are PEM, that the key belongs to the certificate, and that the passphrase is right',
      },
    );
  }
}
