import type { Command } from 'commander';

/** An option as listed in help. */
interface OptionEntry {
  readonly flags: string;
  readonly short: string | undefined;
  readonly long: string | undefined;
  readonly takesValue: boolean;
  readonly description: string;
}

/** A command with its options and its commands, as data. */
export interface CommandTree {
  readonly name: string;
  /** Names from the program to this command. */
  readonly path: readonly string[];
  readonly usage: string;
  readonly description: string;
  readonly options: readonly OptionEntry[];
  readonly commands: readonly CommandTree[];
}

/**
 * Describes a commander program and its commands, in the current language: for completions, the man page and
 * the polkit policy. Hidden options, and `help`, are left out. `parents` are the names of the commands above
 * it.
 */
export function commandTree(program: Command, parents: readonly string[] = []): CommandTree {
  const help = program.createHelp();
  const path = [...parents, program.name()];
  return {
    name: program.name(),
    path,
    usage: [...parents, program.name(), program.usage()].join(' '),
    description: help.commandDescription(program),
    options: help.visibleOptions(program).map((option) => ({
      flags: option.flags,
      short: option.short,
      long: option.long,
      takesValue: option.required,
      description: help.optionDescription(option),
    })),
    commands: help
      .visibleCommands(program)
      .filter((command) => command.name() !== 'help')
      .map((command) => commandTree(command, path)),
  };
}

/** A command and all below it, parents first. */
export const allCommands = (tree: CommandTree): CommandTree[] => [
  tree,
  ...tree.commands.flatMap(allCommands),
];

/** A description that fits next to a completion: its first part. */
export const summary = (description: string): string => (description.split(/[;:(（；：]/, 1)[0] ?? '').trim();
