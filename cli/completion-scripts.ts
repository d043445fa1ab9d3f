import { allCommands, summary, type CommandTree } from './command-tree.ts';
import {
  engineOptionNames,
  valueCommands,
  valuesOfArguments,
  valuesOfOption,
  type CompletedValues,
} from './completion-values.ts';
import { text } from './text.ts';

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

/**
 * The tree with `help` below every command that has commands. What it takes, the names of commands, is
 * completed as if these were commands of its own.
 */
function withHelp(tree: CommandTree): CommandTree {
  if (tree.commands.length === 0) return tree;
  const description = text('cli-help.display-help');
  const json = { flags: '--json', short: undefined, long: '--json', takesValue: false };
  const options = [
    { ...json, description: text('cli-help.json') },
    ...tree.options.filter(({ long }) => long === '--help'),
  ];
  const named = (command: CommandTree, parents: readonly string[]): CommandTree => {
    const path = [...parents, command.name];
    return { ...command, path, options, commands: command.commands.map((sub) => named(sub, path)) };
  };
  const help = named({ ...tree, name: 'help', description }, tree.path);
  return { ...tree, commands: [...tree.commands.map(withHelp), help] };
}

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

/** Options with their values, where a shell can offer them. */
function completedOptions(tree: CommandTree): readonly (readonly [long: string, CompletedValues])[] {
  const all = allCommands(tree).flatMap(({ options }) => options);
  return [...new Set(all.map(({ long }) => long))].flatMap((long) => {
    const values = valuesOfOption(long);
    return long === undefined || values === null ? [] : [[long, values] as const];
  });
}

/** Prints values, for bash and zsh: of a list by its name, and the options of the engine. */
const listFunction = (name: string): string => `_${name}_list() {
  local list=$1
  shift
  case $list in
${Object.entries(valueCommands)
  .map(([list, command]) => `    ${list}) ${name} ${command.replace('ENGINE', '"$@"')} ;;`)
  .join('\n')}
  esac 2>/dev/null
}`;

const header = (name: string): string =>
  `# Completions of ${name}(1). Generated from its commands and options.\n`;

/**
 * Completions for bash: commands, options, and values; file names elsewhere. Values are compared here:
 * `compgen -W` would expand them, and run a command that a directory has as its name.
 */
export function bashCompletions(program: CommandTree): string {
  const tree = withHelp(program);
  const { name } = tree;
  const ofValues = (values: CompletedValues): string =>
    typeof values === 'string'
      ? `_${name}_list ${values} "\${engine[@]}"`
      : `printf '%s\\n' ${values.join(' ')}`;
  const options = completedOptions(tree).map(
    ([long, values]) => `    ${long}) _${name}_offer < <(${ofValues(values)}); return ;;`,
  );
  const listed = allCommands(tree).flatMap((command) => {
    const values = valuesOfArguments(command);
    return values === null
      ? []
      : [`    ${quoted(contextOf(command))}) _${name}_offer < <(${ofValues(values)}) ;;`];
  });
  const cases = allCommands(tree).map((command) => {
    const candidates = [
      ...command.commands.map((sub) => sub.name),
      ...command.options.flatMap(optionNames),
    ].join(' ');
    return `    ${quoted(contextOf(command))}) candidates=${quoted(candidates)} ;;`;
  });
  return `${header(name)}
${listFunction(name)}

_${name}_offer() {
  local value
  while IFS= read -r value; do
    if [[ $value == "$current"* ]]; then COMPREPLY+=("$(printf %q "$value")"); fi
  done
}

_${name}() {
  local current=\${COMP_WORDS[COMP_CWORD]} context= candidates= previous= word index
  local -a engine=()
  COMPREPLY=()
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=\${COMP_WORDS[index]}
    if [[ $word == -- ]]; then return; fi
    # bash splits --root=DIR at the sign.
    if [[ $word == = ]]; then continue; fi
    case $previous in
      ${engineOptionNames.join(' | ')}) engine+=("$previous" "$word") ;;
      ${valueOptions(tree).join(' | ')}) ;;
      *)
        case "$context $word" in
          ${subcommandsOf(tree).map(quoted).join(' | \\\n            ')}) context="$context $word" ;;
        esac
        ;;
    esac
    previous=$word
  done
  if [[ $current == = ]]; then current=; fi
  case $previous in
${options.join('\n')}
    ${valueOptions(tree).join(' | ')}) return ;;
  esac
  case $context in
${cases.join('\n')}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$candidates" -- "$current")
  if [[ $current == -* ]]; then return; fi
  case $context in
${listed.join('\n')}
  esac
}
complete -o bashdefault -o default -F _${name} ${name}
`;
}

/** Completions for zsh: commands and options with descriptions, values; file names elsewhere. */
export function zshCompletions(program: CommandTree): string {
  const tree = withHelp(program);
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
  const ofValues = (values: CompletedValues): string =>
    typeof values === 'string'
      ? `values=(\${(f)"$(_${name}_list ${values} $engine)"}); compadd -a values`
      : `compadd ${values.join(' ')}`;
  const completed = completedOptions(tree).map(
    ([long, values]) => `    ${long}) ${ofValues(values)}; return ;;`,
  );
  const listed = allCommands(tree).flatMap((command) => {
    const values = valuesOfArguments(command);
    return values === null ? [] : [`      ${quoted(contextOf(command))}) ${ofValues(values)} ;;`];
  });
  return `#compdef ${name}
${header(name)}
${listFunction(name)}

_${name}() {
  local context= previous= word index
  local -a commands options engine values
  for ((index = 2; index < CURRENT; index++)); do
    word=$words[index]
    if [[ $word == -- ]]; then _files; return; fi
    case $previous in
      ${engineOptionNames.join('|')}) engine+=($previous $word) ;;
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
${completed.join('\n')}
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
    case $context in
${listed.join('\n')}
      *) _files ;;
    esac
  fi
}

_${name} "$@"
`;
}

/** Completions for fish: commands and options with descriptions, values; file names elsewhere. */
export function fishCompletions(program: CommandTree): string {
  const tree = withHelp(program);
  const { name } = tree;
  const offered = (values: CompletedValues): string =>
    `-f -a ${fishQuoted(typeof values === 'string' ? `(__${name}_list ${values})` : values.join(' '))}`;
  const lines = allCommands(tree).flatMap((command) => {
    const condition = `-n ${fishQuoted(`__${name}_at ${fishQuoted(contextOf(command))}`)}`;
    const listed = valuesOfArguments(command);
    return [
      ...(listed === null ? [] : [`complete -c ${name} ${condition} ${offered(listed)}`]),
      ...command.commands.map(
        (sub) =>
          `complete -c ${name} ${condition} -f -a ${sub.name} -d ${fishQuoted(summary(sub.description))}`,
      ),
      ...command.options.map((option) => {
        const values = valuesOfOption(option.long);
        return [
          `complete -c ${name} ${condition}`,
          ...(option.short === undefined ? [] : [`-s ${option.short.slice(1)}`]),
          ...(option.long === undefined ? [] : [`-l ${option.long.slice(2)}`]),
          ...(option.takesValue ? ['-r'] : []),
          ...(values === null ? [] : [offered(values)]),
          `-d ${fishQuoted(summary(option.description))}`,
        ].join(' ');
      }),
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

function __${name}_list
    set -l engine
    set -l previous ''
    for word in (commandline -opc)[2..]
        if contains -- "$previous" ${engineOptionNames.join(' ')}
            set -a engine $previous $word
        end
        set previous $word
    end
    switch $argv[1]
${Object.entries(valueCommands)
  .map(
    ([list, command]) =>
      `        case ${list}\n            ${name} ${command.replace('ENGINE', '$engine')} 2>/dev/null`,
  )
  .join('\n')}
    end
end

${lines.join('\n')}
`;
}
