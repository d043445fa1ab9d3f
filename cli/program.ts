import { Command, InvalidArgumentError, Option } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { languageOfTag, type MessageLanguage } from '../shared/language.ts';
import { registerApp } from './app.ts';
import { registerApply } from './apply.ts';
import { registerAudit } from './audit.ts';
import { registerContainers } from './containers.ts';
import { registerEngine } from './engine.ts';
import { registerExplain } from './explain.ts';
import { registerGateway } from './gateway.ts';
import { helpText, localizedHelp } from './help.ts';
import { registerInstall } from './install.ts';
import { registerPlanner } from './planner.ts';
import { registerRanges } from './ranges.ts';
import { registerSettings } from './settings.ts';
import { registerTargets } from './targets.ts';
import { text } from './text.ts';
import { registerTrust } from './trust.ts';

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
