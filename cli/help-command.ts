import { Command } from 'commander';
import { helpText } from './help.ts';
import { printResult, withJson } from './output.ts';
import { ok } from '../shared/result.ts';

/**
 * Adds `help [command...]` to a command with commands, in the place of commander's own, which takes one name
 * and prints the help of `settings` for `help settings set`. `build` makes the program with every command
 * loaded.
 */
export function addHelp(command: Command, build: () => Promise<Command>): void {
  command.helpCommand(false);
  const help = command.command('help [command...]').description(helpText('cli-help.display-help'));
  withJson(help).action(async (words: string[], options: { readonly json?: boolean }) => {
    const named = await findCommand(command, words);
    if (options.json !== true) named.help();
    const names = namesOf(named);
    const [{ commandTree }, program] = await Promise.all([import('./command-tree.ts'), build()]);
    printResult(ok(commandTree(await findCommand(program, names.slice(1)), names.slice(0, -1))), {
      json: true,
      human: () => '',
    });
  });
}

/** The command that the words name, from another one; throws commander's error for one that is not there. */
async function findCommand(from: Command, words: readonly string[]): Promise<Command> {
  let command = from;
  for (const word of words) {
    const next = command.commands.find((one) => [one.name(), ...one.aliases()].includes(word));
    // With commander's suggestion.
    if (next === undefined && command.commands.length > 0) await command.parseAsync([word], { from: 'user' });
    if (next === undefined)
      return command.error(`error: unknown command '${[...namesOf(command).slice(1), word].join(' ')}'`, {
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
