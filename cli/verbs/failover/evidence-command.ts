import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { plural } from '../../../shared/domain/model/figures.ts';
import { EvidenceAlteredError } from '../../../shared/failover/evidence/evidence-altered-error.ts';
import { addConfigOptions, type ConfigOptions } from '../../options/config-options.ts';
import { addHistoryOption, type HistoryOptions } from '../../options/history-options.ts';
import { ExitCode, type Finish } from '../../output/exit-code.ts';
import { writeNewFile } from '../../output/new-file.ts';
import { type Terminal, writeAll } from '../../output/terminal.ts';
import { printable } from '../../output/text.ts';
import { UsageError } from '../../output/usage-error.ts';
import { openRuns } from './failover-world.ts';
import { findRun } from './print-run.ts';

interface EvidenceOptions extends ConfigOptions, HistoryOptions {
  readonly format: 'html' | 'json';
  readonly output?: string;
  readonly check?: string;
  readonly head?: string;
  readonly signature?: string;
  readonly publicKey?: string;
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
    .option('--signature <file>', 'with --check: the file with its signature, as it was sealed')
    .option('--public-key <file>', 'with --signature: the public key in PEM, from whom you trust')
    .addHelpText(
      'after',
      `
Asks no cluster. Everything in the file comes from the hash chain of the run, and the same run
always gives the same file. --check detects every changed byte of it. Keep the printed head in
another place, and give it back with --head: only that shows that no entry is missing at the
end, and that the whole file was not rewritten.

A failover that the stack in AWS carries out can be sealed: its JSON and HTML are stored with a
signature beside each. --signature checks one without AWS, and so does openssl dgst.

Examples:
  tidemark failover evidence --output failover.html
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

async function write(id: string | undefined, options: EvidenceOptions, terminal: Terminal): Promise<void> {
  const { output = STANDARD_OUTPUT, head, signature, publicKey } = options;
  for (const [name, value] of Object.entries({ head, signature, 'public-key': publicKey })) {
    if (value !== undefined) throw new UsageError(`--${name} is only for --check`, 'add --check FILE, or leave it out');
  }
  const { runs, close } = await openRuns(options, terminal);
  try {
    const stored = await findRun(runs, id);
    const text = await rendered(options.format, stored);
    if (output === STANDARD_OUTPUT) await writeAll(terminal.stdout, [text]);
    else {
      await writeNewFile(output, text);
      terminal.stderr.write(`${printable(output)} is written\n`);
    }
    terminal.stderr.write(`keep its head in another place: ${stored.entries.at(-1)?.hash ?? ''}\n`);
  } finally {
    await close();
  }
}

async function rendered(format: EvidenceOptions['format'], stored: Awaited<ReturnType<typeof findRun>>) {
  if (format === 'json')
    return (await import('../../../shared/failover/evidence/evidence-json.ts')).renderEvidenceJson(stored);
  return (await import('../../../shared/failover/evidence/evidence-page.ts')).renderEvidencePage(stored);
}

async function check(
  file: string,
  id: string | undefined,
  { output, head: given, signature, publicKey }: EvidenceOptions,
  terminal: Terminal,
): Promise<void> {
  if (id !== undefined || output !== undefined) {
    throw new UsageError('--check only reads a file', 'leave the id of the run and --output out');
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
