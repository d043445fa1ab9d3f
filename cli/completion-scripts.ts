import { allCommands, summary, type CommandTree } from './command-tree.ts';

/** The name of a command in the functions below: `''` the program, ` engine start` a command of it. */
const contextOf = ({ path }: CommandTree): string =>
  path
    .slice(1)
    .map((name) => ` ${name}`)
    .join('');

/** A word in single quotes, for bash and zsh. */
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
/** A word in single quotes, for fish. */
const fishQuoted = (text: string): string => `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`;

const subcommandsOf = (tree: CommandTree): string[] => allCommands(tree).slice(1).map(contextOf);
const optionNames = ({ short, long }: CommandTree['options'][number]): string[] =>
  [short, long].filter((name) => name !== undefined);

/** Options whose next word is a value, of any command. */
const valueOptions = (tree: CommandTree): string[] => [
  ...new Set(
    allCommands(tree)
      .flatMap((command) => command.options.filter((option) => option.takesValue))
      .flatMap(optionNames),
  ),
];

const header = (name: string): string =>
  `# Completions of ${name}(1). Generated from its commands and options.\n`;

/** Completions for bash: commands and options; file names elsewhere. */
export function bashCompletions(tree: CommandTree): string {
  const { name } = tree;
  const cases = allCommands(tree).map((command) => {
    const candidates = [
      ...command.commands.map((sub) => sub.name),
      ...command.options.flatMap(optionNames),
    ].join(' ');
    return `    ${quoted(contextOf(command))}) candidates=${quoted(candidates)} ;;`;
  });
  return `${header(name)}
_${name}() {
  local current=\${COMP_WORDS[COMP_CWORD]} context= candidates= previous= word index
  COMPREPLY=()
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=\${COMP_WORDS[index]}
    if [[ $word == -- ]]; then return; fi
    case $previous in
      ${valueOptions(tree).join(' | ')}) ;;
      *)
        case "$context $word" in
          ${subcommandsOf(tree).map(quoted).join(' | \\\n            ')}) context="$context $word" ;;
        esac
        ;;
    esac
    previous=$word
  done
  case $previous in
    ${valueOptions(tree).join(' | ')}) return ;;
  esac
  case $context in
${cases.join('\n')}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$candidates" -- "$current")
}
complete -o bashdefault -o default -F _${name} ${name}
`;
}

/** Completions for zsh: commands and options with descriptions; file names elsewhere. */
export function zshCompletions(tree: CommandTree): string {
  const { name } = tree;
  const described = (label: string, description: string): string =>
    quoted(`${label.replaceAll(':', String.raw`\:`)}:${summary(description)}`);
  const cases = allCommands(tree).map((command) =>
    [
      `    ${quoted(contextOf(command))})`,
      ...command.commands.map((sub) => `      commands+=(${described(sub.name, sub.description)})`),
      ...command.options.flatMap((option) =>
        optionNames(option).map((label) => `      options+=(${described(label, option.description)})`),
      ),
      '      ;;',
    ].join('\n'),
  );
  return `#compdef ${name}
${header(name)}
_${name}() {
  local context= previous= word index
  local -a commands options
  for ((index = 2; index < CURRENT; index++)); do
    word=$words[index]
    if [[ $word == -- ]]; then _files; return; fi
    case $previous in
      ${valueOptions(tree).join('|')}) ;;
      *)
        case "$context $word" in
          (${subcommandsOf(tree).map(quoted).join('|')}) context="$context $word" ;;
        esac
        ;;
    esac
    previous=$word
  done
  case $previous in
    ${valueOptions(tree).join('|')}) _files; return ;;
  esac
  case $context in
${cases.join('\n')}
  esac
  if [[ $PREFIX == -* ]]; then
    _describe -o option options
  elif (( $#commands )); then
    _describe command commands
  else
    _files
  fi
}

_${name} "$@"
`;
}

/** Completions for fish: commands and options with descriptions; file names elsewhere. */
export function fishCompletions(tree: CommandTree): string {
  const { name } = tree;
  const lines = allCommands(tree).flatMap((command) => {
    const condition = `-n ${fishQuoted(`__${name}_at ${fishQuoted(contextOf(command))}`)}`;
    return [
      ...command.commands.map(
        (sub) =>
          `complete -c ${name} ${condition} -f -a ${sub.name} -d ${fishQuoted(summary(sub.description))}`,
      ),
      ...command.options.map((option) =>
        [
          `complete -c ${name} ${condition}`,
          ...(option.short === undefined ? [] : [`-s ${option.short.slice(1)}`]),
          ...(option.long === undefined ? [] : [`-l ${option.long.slice(2)}`]),
          ...(option.takesValue ? ['-r'] : []),
          `-d ${fishQuoted(summary(option.description))}`,
        ].join(' '),
      ),
    ];
  });
  return `${header(name)}
function __${name}_at
    set -l context ''
    set -l previous ''
    for word in (commandline -opc)[2..]
        if not contains -- "$previous" ${valueOptions(tree).join(' ')}
            if contains -- "$context $word" ${subcommandsOf(tree).map(fishQuoted).join(' ')}
                set context "$context $word"
            end
        end
        set previous $word
    end
    test "$context" = "$argv[1]"
end

${lines.join('\n')}
`;
}
