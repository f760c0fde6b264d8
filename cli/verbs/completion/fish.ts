import type { CompletedCommand, CompletedOption, CompletedValue } from './completed-commands.ts';

/** A completion for fish, with descriptions. */
export function fishCompletion(commands: readonly CompletedCommand[]): string {
  const verbPatterns = commands.flatMap(({ verbs, subcommands }) =>
    subcommands.map(({ name }) => quoted(`${verbs} ${name}`)),
  );
  return `# Completion of tidemark for fish. For this shell: tidemark completion fish | source
function __tidemark_at
    set -l verbs
    set -l words (commandline -opc)
    set -e words[1]
    for word in $words
        switch "$verbs $word"
            case ${verbPatterns.join(' ')}
                set -a verbs $word
        end
    end
    test "$verbs" = "$argv[1]"
end
complete -c tidemark -f
${commands.flatMap(linesOf).join('\n')}
`;
}

function linesOf({ verbs, subcommands, options, argument }: CompletedCommand): readonly string[] {
  const begin = `complete -c tidemark -n ${quoted(`__tidemark_at ${quoted(verbs)}`)}`;
  return [
    ...subcommands.map(({ name, description }) => `${begin} -a ${name} -d ${quoted(description)}`),
    ...(argument === null ? [] : [`${begin} ${valueText(argument, '')}`.trimEnd()]),
    ...options.map((option) => `${begin} ${optionText(option)} -d ${quoted(option.description)}`),
  ];
}

function optionText({ flags, value }: CompletedOption): string {
  const words = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  return [...words, ...(value === null ? [] : [valueText(value, '-x')])].join(' ').trimEnd();
}

/** @param exclusive what says that a value is expected, and that it is no file */
function valueText(value: CompletedValue, exclusive: string): string {
  switch (value.kind) {
    case 'choices':
      return `${exclusive} -a ${quoted(value.choices.join(' '))}`.trimStart();
    case 'file':
      return exclusive === '' ? '-F' : '-r -F';
    case 'unknown':
      return exclusive;
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
