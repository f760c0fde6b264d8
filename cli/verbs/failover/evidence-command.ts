import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { EvidenceAlteredError } from '../../../shared/failover/evidence/evidence-altered-error.ts';
import type { Seal } from '../../../shared/failover/seal-evidence.ts';
import { plural } from '../../../shared/text/figures.ts';
import { addConfigOptions, type ConfigOptions } from '../../options/config-options.ts';
import { addHistoryOption, type HistoryOptions } from '../../options/history-options.ts';
import { ExitCode, type Finish } from '../../output/exit-code.ts';
import { writeNewFile } from '../../output/new-file.ts';
import { type Terminal, writeAll } from '../../output/terminal.ts';
import { printable } from '../../output/text.ts';
import { UsageError } from '../../output/usage-error.ts';
import { openRuns } from './failover-world.ts';
import { findRun } from './print-run.ts';
import type { SealPlace } from './seal-run.ts';

interface EvidenceOptions extends ConfigOptions, HistoryOptions {
  readonly format: 'html' | 'json';
  readonly output?: string;
  readonly check?: string;
  readonly head?: string;
  readonly signature?: string;
  readonly publicKey?: string;
  readonly seal?: { readonly bucket: string; readonly prefix: string };
  readonly kmsKey?: string;
}

const STANDARD_OUTPUT = '-';

export function addFailoverEvidenceCommand(failover: Command, terminal: Terminal, finish: Finish): void {
  const command = failover
    .command('evidence [id]')
    .description('a run as one HTML file for auditors, by default the newest run; or check such a file');
  addHistoryOption(addConfigOptions(command))
    .addOption(new Option('--format <format>', 'how to write it').choices(['html', 'json']).default('html'))
    .option('-o, --output <file>', 'a new file instead of standard output')
    .option('--check <file>', 'check a file, HTML or JSON, that this command wrote')
    .option('--head <hash>', 'with --check: the hash of its last entry, as it was kept elsewhere', headHash)
    .option('--signature <file>', 'with --check: the file with its signature, as --seal stored it')
    .option('--public-key <file>', 'with --signature: the public key in PEM, from whom you trust')
    .option('--seal <place>', 'sign it, and store it in a bucket with Object Lock: s3://BUCKET/PREFIX', bucketPlace)
    .option('--kms-key <arn>', 'with --seal: the key of AWS KMS that signs, ECC_NIST_P256', keyArn)
    .addHelpText(
      'after',
      `
Asks no cluster. Everything in the file comes from the hash chain of the run, and the same run
always gives the same file. --check detects every changed byte of it. Keep the printed head in
another place, and give it back with --head: only that shows that no entry is missing at the
end, and that the whole file was not rewritten.

--seal stores JSON and HTML, a signature beside each, and the public key, and reads back that
nobody can delete them before their time. Sealing again changes nothing. A signature can be
checked without AWS, and also with openssl dgst.

Examples:
  tidemark failover evidence --output failover.html
  tidemark failover evidence --seal s3://evidence --kms-key arn:aws:kms:...
  tidemark failover evidence --check run.json --signature run.json.sig --public-key key.pem
  tidemark failover evidence --check failover.html --head <hash>

Exit codes: 0 written, or as it was written, 2 wrong usage or configuration,
            3 could not be read, or was altered`,
    )
    .action(async (id: string | undefined, options: EvidenceOptions) => {
      if (options.check !== undefined) await check(options.check, id, options, terminal);
      else await write(id, options, terminal);
      finish(ExitCode.fine);
    });
}

function headHash(text: string): string {
  if (/^[0-9a-f]{64}$/.test(text)) return text;
  throw new InvalidArgumentError('Write all 64 characters of the hash.');
}

function bucketPlace(text: string): { readonly bucket: string; readonly prefix: string } {
  const [, bucket, prefix = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*?))?\/?$/.exec(text) ?? [];
  if (bucket === undefined) throw new InvalidArgumentError('Write it as s3://BUCKET or s3://BUCKET/PREFIX.');
  return { bucket, prefix: prefix === '' ? '' : `${prefix}/` };
}

function keyArn(text: string): string {
  if (/^arn:[^:]+:kms:[^:]+:\d{12}:key\/[\w-]+$/.test(text)) return text;
  throw new InvalidArgumentError('Write the ARN of the key: arn:aws:kms:REGION:ACCOUNT:key/ID.');
}

async function write(id: string | undefined, options: EvidenceOptions, terminal: Terminal): Promise<void> {
  const { output = options.seal === undefined ? STANDARD_OUTPUT : null, head, signature, publicKey } = options;
  for (const [name, value] of Object.entries({ head, signature, 'public-key': publicKey })) {
    if (value !== undefined) throw new UsageError(`--${name} is only for --check`, 'add --check FILE, or leave it out');
  }
  const place = sealPlace(options);
  const { runs, close } = await openRuns(options, terminal);
  try {
    const stored = await findRun(runs, id);
    if (output === STANDARD_OUTPUT) await writeAll(terminal.stdout, [await rendered(options.format, stored)]);
    else if (output !== null) {
      await writeNewFile(output, await rendered(options.format, stored));
      terminal.stderr.write(`${printable(output)} is written\n`);
    }
    if (place !== null) terminal.stderr.write(sealText(await (await import('./seal-run.ts')).sealRun(stored, place)));
    terminal.stderr.write(`keep its head in another place: ${stored.entries.at(-1)?.hash ?? ''}\n`);
  } finally {
    await close();
  }
}

/** Null if nothing is to be sealed. */
function sealPlace({ seal, kmsKey }: EvidenceOptions): SealPlace | null {
  if (seal !== undefined && kmsKey !== undefined) return { ...seal, keyArn: kmsKey };
  if (seal === undefined && kmsKey === undefined) return null;
  throw new UsageError('--seal and --kms-key belong together', 'give both: where to store, and what signs');
}

function sealText({ folder, files, lockedUntil, mode, key }: Seal): string {
  const lines = files.map((file) => `  ${printable(file)}\n`).join('');
  const until = `nobody deletes them before ${lockedUntil.toISOString()} (${printable(mode)})`;
  return `sealed in ${printable(folder)}: ${until}\n${lines}keep the fingerprint of its public key in another place: ${key}\n`;
}

async function rendered(format: EvidenceOptions['format'], stored: Awaited<ReturnType<typeof findRun>>) {
  if (format === 'json')
    return (await import('../../../shared/failover/evidence/evidence-json.ts')).renderEvidenceJson(stored);
  return (await import('../../../shared/failover/evidence/evidence-page.ts')).renderEvidencePage(stored);
}

async function check(
  file: string,
  id: string | undefined,
  { output, head: given, signature, publicKey, seal, kmsKey }: EvidenceOptions,
  terminal: Terminal,
): Promise<void> {
  if ([id, output, seal, kmsKey].some((one) => one !== undefined)) {
    throw new UsageError('--check only reads a file', 'leave the id of the run, --output and --seal out');
  }
  if ((signature === undefined) !== (publicKey === undefined)) {
    throw new UsageError('--signature and --public-key belong together', 'give both files, or none');
  }
  const head = given ?? null;
  const { checkEvidence } = await import('../../../shared/failover/evidence/check-evidence.ts');
  const bytes = bytesOf(file);
  const checked = checkEvidence(bytes, head);
  const signer =
    signature === undefined || publicKey === undefined ? null : await signerOf(bytes, signature, publicKey);
  const { record, entries } = checked.stored;
  const page = checked.form === 'html' ? ', and the page says what they say' : '';
  const kept =
    head === null
      ? `no head was given: compare this one with the head that was kept elsewhere, or ${signer === null ? 'entries may be missing at the end' : 'it may be an earlier file of the same run'}`
      : 'it is the given one: no entry is missing';
  await writeAll(terminal.stdout, [
    `run ${printable(record.run)}: ${plural(entries.length, 'entry', 'entries')}, each as it was hashed${page}\n`,
    `  head ${checked.head}\n  ${kept}\n`,
    ...(signer === null
      ? []
      : [`  signed by the key with the fingerprint ${signer}\n  compare this one with what was kept elsewhere\n`]),
  ]);
}

/** Fingerprint of the key that signed the bytes. */
async function signerOf(bytes: Uint8Array, signature: string, publicKey: string): Promise<string> {
  const { fingerprintOf, isSigned, signingKey } = await import('../../../shared/failover/evidence/signature.ts');
  const key = signingKey(Buffer.from(bytesOf(publicKey)).toString());
  if (key === null) {
    throw new UsageError(`${publicKey} is no public key on P-256 in PEM`, 'name the key that signs the evidence');
  }
  if (isSigned(bytes, bytesOf(signature), key)) return fingerprintOf(key);
  throw new EvidenceAlteredError(`${signature} is no signature of the file by the key in ${publicKey}`);
}

function bytesOf(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : 'unknown reason';
    throw new UsageError(
      `${file} could not be read (${String(code)})`,
      'name a file that `tidemark failover evidence` wrote',
    );
  }
}
