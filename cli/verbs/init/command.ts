import type { Command } from 'commander';
import { place } from '../../../shared/config/configuration-error.ts';
import { commandLine } from '../../output/command-line.ts';
import { ExitCode, type Finish } from '../../output/exit-code.ts';
import { requireFree, writeNewFile } from '../../output/new-file.ts';
import type { Terminal } from '../../output/terminal.ts';
import { printable } from '../../output/text.ts';

/** As a file's name in `--output`: standard output. */
const STANDARD_OUTPUT = '-';

interface InitOptions {
  readonly output?: string;
}

export function addInitCommand(program: Command, terminal: Terminal, finish: Finish): void {
  program
    .command('init')
    .description(
      "write a commented tidemark.yaml from MirrorMaker's mm2.properties\nor a Strimzi KafkaMirrorMaker2 resource",
    )
    .argument('<file>', 'mm2.properties, or YAML or JSON with a KafkaMirrorMaker2; - is stdin')
    .option('-o, --output <file>', 'write here instead of to stdout; never overwrites; - is stdout')
    .addHelpText(
      'after',
      `
Secrets are never copied: the file refers to environment variables, and what has to be
done by hand is listed in it and on stderr.

Examples:
  tidemark init mm2.properties --output tidemark.yaml
  kubectl get kafkamirrormaker2 dr -o yaml | tidemark init - > tidemark.yaml`,
    )
    .action(async (file: string, options: InitOptions) => {
      const output = options.output === STANDARD_OUTPUT ? undefined : options.output;
      if (output !== undefined) await requireFree(output);
      const draft = await draftFrom(file);
      const { renderDraft } = await import('../../../shared/config/draft/draft-yaml.ts');
      const text = renderDraft(draft);
      if (output === undefined) terminal.stdout.write(text);
      else await writeNewFile(output, text);
      for (const note of draft.notes) {
        const where = place({ file, line: note.line });
        terminal.stderr.write(`note: ${printable(`${where}: ${note.key}: ${note.message}`)}\n`);
      }
      if (output !== undefined) {
        const check = commandLine(terminal, ['doctor'], { config: output });
        terminal.stderr.write(`${printable(output)} is written; check it with: ${check}\n`);
      }
      finish(ExitCode.fine);
    });
}

async function draftFrom(file: string) {
  const { isStrimziFile } = await import('../../../shared/config/strimzi/strimzi-kind.ts');
  if (isStrimziFile(file)) {
    const { draftFromStrimzi } = await import('../../../shared/config/strimzi/strimzi.ts');
    return draftFromStrimzi(file);
  }
  const { draftFromMm2Properties } = await import('../../../shared/config/draft/mm2-draft.ts');
  return draftFromMm2Properties(file);
}
