import type { Command } from 'commander';
import { ok } from '../shared/result.ts';
import { commandTree } from './command-tree.ts';
import { printResult } from './output.ts';

/**
 * Prints the help of the command that the arguments name, from another one: commander's own `help` takes one
 * name, and prints the help of `settings` for `help settings set`. With `json`, describes the command as
 * data; `build` makes the program with every command loaded.
 */
export async function printHelp(
  from: Command,
  path: readonly string[],
  options: { readonly json?: boolean },
  build: () => Promise<Command>,
): Promise<void> {
  const named = await findCommand(from, path);
  if (options.json !== true) named.help();
  const names = namesOf(named);
  const described = await findCommand(await build(), names.slice(1));
  printResult(ok(commandTree(described, names.slice(0, -1))), { json: true, human: () => '' });
}

/** The command that the arguments name, from another one; throws commander's error if there is none. */
async function findCommand(from: Command, path: readonly string[]): Promise<Command> {
  let command = from;
  for (const arg of path) {
    const next = command.commands.find((one) => [one.name(), ...one.aliases()].includes(arg));
    // With commander's suggestion; an argument such as --version would be parsed as an option.
    if (next === undefined && command.commands.length > 0 && !arg.startsWith('-'))
      await command.parseAsync([arg], { from: 'user' });
    if (next === undefined)
      return command.error(`error: unknown command '${[...namesOf(command).slice(1), arg].join(' ')}'`, {
        code: 'commander.unknownCommand',
      });
    command = next;
  }
  return command;
}

const namesOf = (command: Command): string[] => [
  ...(command.parent === null ? [] : namesOf(command.parent)),
  command.name(),
];
