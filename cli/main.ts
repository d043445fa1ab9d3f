import {
  Command,
  CommanderError,
  Help,
  InvalidArgumentError,
  Option,
  type HelpConfiguration,
} from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { registerApp } from './app.ts';
import { registerApply } from './apply.ts';
import { registerAudit } from './audit.ts';
import { registerContainers } from './containers.ts';
import { registerEngine } from './engine.ts';
import { registerExplain } from './explain.ts';
import { registerGateway } from './gateway.ts';
import { languageOfTag, type MessageLanguage } from '../shared/language.ts';
import { widthOf } from '../shared/translate/translate.ts';
import { keepInheritedDescriptors } from '../gateway/base/inherited-descriptors.ts';
import { languageOf } from './language.ts';
import { endWithReader, exitCodes, printError, setLocale, translate } from './output.ts';
import { registerPlanner } from './planner.ts';
import { registerRanges } from './ranges.ts';
import { registerSettings } from './settings.ts';
import { registerTargets } from './targets.ts';
import { registerTrust } from './trust.ts';

/** The whole command line. Each command loads its own modules only when it runs. */
export function buildProgram(): Command {
  const program = new Command('bulkhead')
    .description('Enhanced Container Isolation for any Docker engine')
    .version(packageJson.version)
    .addOption(
      new Option('--lang <language>', "language of messages: en or zh-CN (default: the locale's)").argParser(
        languageOption,
      ),
    )
    .showHelpAfterError(translate('(add --help for what it takes)'))
    .configureHelp(toldHelp)
    .configureOutput({
      outputError: (text, write) => {
        write(`${translate(text.trimEnd())}\n`);
      },
    })
    // Set before commands are registered: they inherit it.
    .exitOverride();
  // What people use first comes first; the last two are started by the engine.
  for (const register of [
    registerApp,
    registerTargets,
    registerEngine,
    registerSettings,
    registerApply,
    registerContainers,
    registerTrust,
    registerExplain,
    registerAudit,
    registerRanges,
    registerGateway,
    registerPlanner,
  ])
    register(program);
  return program;
}

const plainHelp = new Help();
/** Help in the language that is spoken. */
const toldHelp: HelpConfiguration = {
  styleTitle: translate,
  displayWidth: widthOf,
  commandDescription: (command) => translate(plainHelp.commandDescription(command)),
  subcommandDescription: (command) => translate(plainHelp.subcommandDescription(command)),
  optionDescription: (option) =>
    `${translate(option.description)}${asides(plainHelp.optionDescription(option).slice(option.description.length))}`,
  commandUsage: (command) => placeholders(plainHelp.commandUsage(command)),
  subcommandTerm: (command) => placeholders(plainHelp.subcommandTerm(command)),
};

/** "(default: 90)" and "(env: X)", each told by itself; that nothing is in a list at first needs no words. */
const asides = (added: string): string =>
  added
    .replace(' (default: [])', '')
    .replaceAll(/ \((default|env): ([^()]*)\)/g, (whole) => translate(whole));
/** What commander calls the places of options and commands. */
const placeholders = (usage: string): string =>
  usage.replaceAll(/\[(options|command)\]/g, (whole) => translate(whole));

function languageOption(text: string): MessageLanguage {
  const language = languageOfTag(text);
  if (language === null) throw new InvalidArgumentError(translate('It must be en or zh-CN.'));
  return language;
}

/**
 * Runs one command line (without node and script name) and sets the exit code. Only defects and usage end
 * here; commands print their own errors.
 */
export async function main(args: readonly string[]): Promise<void> {
  await setLocale(languageOf(args, process.env));
  try {
    await buildProgram().parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help and version are no failures; commander has printed everything.
      process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
      return;
    }
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    printError({
      code: 'internal',
      message: 'this is a defect in bulkhead',
      reason: text,
      hint: 'Report it with the command you ran.',
    });
  }
}

keepInheritedDescriptors();
endWithReader();

await main(process.argv.slice(2));
