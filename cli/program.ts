import { Command, Help, InvalidArgumentError, Option } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { languageOfTag, type MessageLanguage } from '../shared/language.ts';
import { commands } from './commands.ts';
import { helpText, localizedHelp } from './help.ts';
import { selectEngine } from './select-engine.ts';
import { isTerminal, write, type StandardStream } from './standard-streams.ts';
import { text } from './text.ts';

const optionsPlaceholder = ' [options]';
const defaultHelp = new Help();

/**
 * The command line. `args` are those of this run: the commands they name are loaded, with options and
 * subcommands; the others are listed by their names and descriptions. If a command comes first, nothing lists
 * the others, and they are left out. Without `args` everything is loaded.
 */
export async function buildProgram(args?: readonly string[]): Promise<Command> {
  const terms = new Map<Command, string>();
  const program = new Command('bulkhead');
  // Otherwise the program's own version option would replace `bulkhead app --version`.
  if (args?.includes('app') !== true)
    program.version(packageJson.version, '-V, --version', helpText('cli-help.display-version'));
  program
    .description(helpText('cli-help.program'))
    .helpOption('-h, --help', helpText('cli-help.display-help'))
    .addOption(new Option('--lang <language>', helpText('cli-help.language')).argParser(languageOption))
    .configureHelp({
      ...localizedHelp,
      subcommandTerm: (command) => terms.get(command) ?? defaultHelp.subcommandTerm(command),
    })
    // `main` prints parse errors, by their codes.
    .configureOutput({
      outputError: () => undefined,
      writeOut: (text) => {
        write('stdout', text);
      },
      writeErr: (text) => {
        write('stderr', text);
      },
      getOutHelpWidth: () => helpWidth('stdout'),
      getErrHelpWidth: () => helpWidth('stderr'),
      // Help has none.
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .hook('preAction', (_, command) => {
      selectEngine(command.opts<Parameters<typeof selectEngine>[0]>());
    })
    // Set before commands are added: they inherit it.
    .exitOverride();
  const loadsAll =
    args === undefined ||
    commands.some(({ term, describesAll }) => describesAll === true && args.includes(term));
  const first = loadsAll ? undefined : commands.find(({ term }) => term.split(' ', 1)[0] === args[0]);
  for (const { term, description, load } of first === undefined ? commands : [first]) {
    const command = program.command(term.replace(optionsPlaceholder, '')).description(description);
    terms.set(command, term);
    // A command is run, or its help displayed, only if its name is an argument.
    if (!loadsAll && !args.includes(command.name())) continue;
    (await load())(command);
    if (command.commands.length > 0) addHelp(command);
  }
  if (first === undefined) addHelp(program);
  return program;
}

/** Adds `help` in the place of commander's own. */
function addHelp(command: Command): void {
  command
    .helpCommand(false)
    .command('help [command...]')
    .description(helpText('cli-help.display-help'))
    .option('--json', helpText('cli-help.json'))
    .action(async (args: string[], options: { readonly json?: boolean }) => {
      const { printHelp } = await import('./help-command.ts');
      await printHelp(command, args, options, buildProgram);
    });
}

/** Where help is wrapped. */
const helpWidth = (name: StandardStream): number => (isTerminal(name) ? process[name].columns : 80);

function languageOption(tag: string): MessageLanguage {
  const language = languageOfTag(tag);
  if (language === null) throw new InvalidArgumentError(text('cli-help.language-invalid'));
  return language;
}
