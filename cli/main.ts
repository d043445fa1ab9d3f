import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { registerApp } from './app.ts';
import { registerApply } from './apply.ts';
import { registerAudit } from './audit.ts';
import { registerContainers } from './containers.ts';
import { registerEngine } from './engine.ts';
import { registerExplain } from './explain.ts';
import { registerGateway } from './gateway.ts';
import { registerInstall } from './install.ts';
import { message } from '../shared/messages/message.ts';
import { fail } from '../shared/result.ts';
import { languageOfTag, type MessageLanguage } from '../shared/language.ts';
import { markInheritedDescriptors } from '../gateway/base/inherited-descriptors.ts';
import { languageOf, setLocale } from './language.ts';
import { endWithReader, exitCodes, printError } from './output.ts';
import { registerPlanner } from './planner.ts';
import { registerRanges } from './ranges.ts';
import { registerSettings } from './settings.ts';
import { registerTargets } from './targets.ts';
import { registerTrust } from './trust.ts';
import { helpText, localizedHelp, parseErrorText } from './help.ts';
import { text } from './text.ts';

/** The whole command line. Each command loads its own modules only when it runs. */
export function buildProgram(): Command {
  const program = new Command('bulkhead')
    .description(helpText('cli-help.program'))
    .version(packageJson.version, '-V, --version', helpText('cli-help.display-version'))
    .helpOption('-h, --help', helpText('cli-help.display-help'))
    .helpCommand('help [command]', helpText('cli-help.display-help'))
    .addOption(new Option('--lang <language>', helpText('cli-help.language')).argParser(languageOption))
    .configureHelp(localizedHelp)
    // `main` prints parse errors, by their codes.
    .configureOutput({ outputError: () => undefined })
    // Set before commands are registered: they inherit it.
    .exitOverride();
  // What people use first comes first; the last two are started by the engine.
  for (const register of [
    registerApp,
    registerTargets,
    registerInstall,
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

function languageOption(tag: string): MessageLanguage {
  const language = languageOfTag(tag);
  if (language === null) throw new InvalidArgumentError(text('cli-help.language-invalid'));
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
      // commander has printed help and version, which are no failures.
      const parseError = parseErrorText(error);
      if (parseError !== null) process.stderr.write(`${parseError}\n`);
      process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
      return;
    }
    printError(
      fail('internal', message('cli-output.defect'), {
        reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
        hint: message('cli-output.report-defect'),
      }).error,
    );
  }
}

markInheritedDescriptors();
endWithReader();

await main(process.argv.slice(2));
