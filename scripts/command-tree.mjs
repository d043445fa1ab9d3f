// The command line's commands and options as data, for completions, the man page and the polkit policy.

/**
 * Describes a commander program and its commands, in the language that is set. Hidden options, and `help`,
 * are left out.
 *
 * @param {import('commander').Command} program
 * @param {readonly string[]} parents names of the commands above it
 */
export function commandTree(program, parents = []) {
  const help = program.createHelp();
  const path = [...parents, program.name()];
  return {
    name: program.name(),
    /** From the program to this command. */
    path,
    usage: [...parents, program.name(), program.usage()].join(' '),
    description: help.commandDescription(program),
    options: help.visibleOptions(program).map((option) => ({
      flags: option.flags,
      short: option.short,
      long: option.long,
      takesValue: option.required === true,
      description: help.optionDescription(option),
    })),
    commands: help
      .visibleCommands(program)
      .filter((command) => command.name() !== 'help')
      .map((command) => commandTree(command, path)),
  };
}

/** A command and all below it, parents first. */
export const allCommands = (tree) => [tree, ...tree.commands.flatMap(allCommands)];

/** A description as it fits beside a completion: its first part. */
export const summary = (description) => description.split(/[;:(（；：]/, 1)[0].trim();
