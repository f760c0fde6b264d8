import type { CompletedCommand, CompletedValue } from './completed-commands.ts';

/** A completion for zsh, with descriptions. */
export function zshCompletion(commands: readonly CompletedCommand[]): string {
  const verbPatterns = commands.flatMap(({ verbs, subcommands }) =>
    subcommands.map(({ name }) => quoted(`${verbs} ${name}`)),
  );
  return `#compdef tidemark
# Completion of tidemark for zsh. For this shell: source <(tidemark completion zsh)
compdef _tidemark tidemark
_tidemark() {
  local prev=\${words[CURRENT-1]} verbs= i
  local -a found
  for (( i = 2; i < CURRENT; i++ )); do
    case "$verbs \${words[i]}" in
      (${verbPatterns.join('|')}) verbs="\${verbs:+$verbs }\${words[i]}" ;;
    esac
  done
  case "$verbs $prev" in
${commands.flatMap(valueCases).join('\n')}
  esac
  case "$verbs" in
${commands.map(commandCase).join('\n')}
  esac
}
# A file in $fpath is the function itself.
if [ "$funcstack[1]" = _tidemark ]; then _tidemark; fi
`;
}

function valueCases({ verbs, options }: CompletedCommand): readonly string[] {
  return options.flatMap(({ flags, value }) => {
    if (value === null) return [];
    return [`    (${flags.map((flag) => quoted(`${verbs} ${flag}`)).join('|')}) ${complete(value)}; return ;;`];
  });
}

function commandCase({ verbs, subcommands, options, argument }: CompletedCommand): string {
  const flags = options.map(({ flags, description }) => described(flags.at(-1) ?? '', description));
  const names = subcommands.map(({ name, description }) => described(name, description));
  const rest = names.length > 0 ? describe('command', names) : complete(argument ?? { kind: 'unknown' });
  return `    (${quoted(verbs)})
      if [[ $PREFIX == -* ]]; then ${describe('option', flags)}
      else ${rest}
      fi ;;`;
}

function describe(what: string, lines: readonly string[]): string {
  return `found=(${lines.join(' ')}); _describe ${what} found`;
}

function complete(value: CompletedValue): string {
  switch (value.kind) {
    case 'choices':
      return `compadd -- ${value.choices.join(' ')}`;
    case 'file':
      return '_files';
    case 'unknown':
      return ':';
  }
}

/** What \`_describe\` takes: a colon ends the word. */
function described(word: string, description: string): string {
  return quoted(`${word.replaceAll(':', '\\:')}:${description}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
