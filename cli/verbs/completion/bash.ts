import type { CompletedCommand, CompletedValue } from './completed-commands.ts';

/** A completion for bash 4 and later. Names of clusters and groups are not completed: no cluster is asked. */
export function bashCompletion(commands: readonly CompletedCommand[]): string {
  return `# Completion of tidemark for bash. For this shell: source <(tidemark completion bash)
_tidemark() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} verbs= i
  COMPREPLY=()
  # Readline cuts --option=value at the equals sign.
  if [[ $cur == = ]]; then cur=
  elif [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$verbs \${COMP_WORDS[i]}" in
      ${verbPatterns(commands).join(' | ')}) verbs="\${verbs:+$verbs }\${COMP_WORDS[i]}" ;;
    esac
  done
  case "$verbs $prev" in
${commands.flatMap(valueCases).join('\n')}
  esac
  case "$verbs" in
${commands.map(commandCase).join('\n')}
  esac
}
complete -F _tidemark tidemark
`;
}

/** What the words so far and the next one are where the next one is a verb, each quoted. */
function verbPatterns(commands: readonly CompletedCommand[]): readonly string[] {
  return commands.flatMap(({ verbs, subcommands }) => subcommands.map(({ name }) => `'${verbs} ${name}'`));
}

function valueCases({ verbs, options }: CompletedCommand): readonly string[] {
  return options.flatMap(({ flags, value }) => {
    if (value === null) return [];
    const patterns = flags.map((flag) => `'${verbs} ${flag}'`).join(' | ');
    return [`    ${patterns}) ${complete(value)}; return ;;`];
  });
}

function commandCase({ verbs, subcommands, options, argument }: CompletedCommand): string {
  const names = subcommands.map(({ name }) => name);
  const rest: CompletedValue =
    names.length > 0 ? { kind: 'choices', choices: names } : (argument ?? { kind: 'unknown' });
  const flags = options.flatMap((option) => option.flags.slice(-1));
  return `    '${verbs}') if [[ $cur == -* ]]; then ${complete({ kind: 'choices', choices: flags })}; else ${complete(rest)}; fi ;;`;
}

/** Choices are words of Tidemark's own: none has a blank or means anything to a shell. */
function complete(value: CompletedValue): string {
  switch (value.kind) {
    case 'choices':
      return `COMPREPLY=($(compgen -W '${value.choices.join(' ')}' -- "$cur"))`;
    case 'file':
      return 'compopt -o default';
    case 'unknown':
      return ':';
  }
}
