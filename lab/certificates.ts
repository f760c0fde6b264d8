import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TidemarkError } from '../shared/domain/model/errors.ts';
import { requireTool } from './required-tool.ts';

/** A certificate with its key, in PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
  /** One file with the key and then the certificate: a PEM key store in Kafka's terms. */
  readonly keystoreFile: string;
}

/** A certificate authority for one lab, and the certificates that it signs. */
export class Certificates {
  readonly caFile: string;
  readonly #folder: string;
  readonly #issued = new Map<string, KeyPair>();

  constructor(folder: string) {
    requireTool('openssl');
    this.#folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.caFile = join(folder, 'ca.pem');
    if (existsSync(this.caFile)) return;
    const config = this.#write(
      'ca.cnf',
      '[req]\ndistinguished_name=dn\nx509_extensions=v3\n[dn]\n[v3]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n',
    );
    this.#openssl(
      'req',
      '-x509',
      '-config',
      config,
      ...NEW_KEY,
      '-subj',
      '/CN=Tidemark lab CA',
      '-days',
      '3',
      '-keyout',
      this.#file('ca.key'),
      '-out',
      this.caFile,
    );
  }

  get ca(): string {
    return readFileSync(this.caFile, 'utf8');
  }

  /** A server certificate for host names and addresses, such as `DNS:localhost` or `IP:127.0.0.1`. */
  forServer(names: readonly string[]): KeyPair {
    return this.#issue('broker', names);
  }

  /** A client certificate; the lab's brokers see its owner as `User:<name>`. */
  forClient(name: string): KeyPair {
    return this.#issue(name, []);
  }

  #issue(commonName: string, alternativeNames: readonly string[]): KeyPair {
    const id = [commonName, ...alternativeNames].join('_').replaceAll(/[^\w.-]/g, '_');
    const known = this.#issued.get(id);
    if (known !== undefined) return known;
    const [keyFile, requestFile, certFile] = [
      this.#file(`${id}.key`),
      this.#file(`${id}.csr`),
      this.#file(`${id}.pem`),
    ];
    const san = alternativeNames.length === 0 ? '' : `subjectAltName=${alternativeNames.join(',')}\n`;
    const extensions = this.#write(`${id}.ext`, `basicConstraints=CA:FALSE\n${san}`);
    const config = this.#write('request.cnf', '[req]\ndistinguished_name=dn\n[dn]\n');
    this.#openssl(
      'req',
      '-config',
      config,
      ...NEW_KEY,
      '-subj',
      `/CN=${commonName}`,
      '-keyout',
      keyFile,
      '-out',
      requestFile,
    );
    this.#openssl(
      'x509',
      '-req',
      '-in',
      requestFile,
      '-CA',
      this.caFile,
      '-CAkey',
      this.#file('ca.key'),
      '-CAcreateserial',
      '-days',
      '2',
      '-extfile',
      extensions,
      '-out',
      certFile,
    );
    const key = readFileSync(keyFile, 'utf8');
    const cert = readFileSync(certFile, 'utf8');
    const pair = { key, cert, keystoreFile: this.#write(`${id}.keystore.pem`, key + cert) };
    this.#issued.set(id, pair);
    return pair;
  }

  #file(name: string): string {
    return join(this.#folder, name);
  }

  #write(name: string, text: string): string {
    writeFileSync(this.#file(name), text, { mode: 0o600 });
    return this.#file(name);
  }

  #openssl(...args: string[]): void {
    const result = spawnSync('openssl', args, { encoding: 'utf8' });
    if (result.status === 0) return;
    throw new TidemarkError('LAB_OPENSSL_FAILED', `openssl ${args[0]} failed: ${result.stderr.trim()}`);
  }
}

/** Elliptic curve keys are created in milliseconds. Kafka reads keys only in PKCS#8. */
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-sha256'];
