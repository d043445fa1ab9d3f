import type { Command } from 'commander';
import { helpText } from './help.ts';

/** A command of the first level, without the modules it loads when it runs. */
interface CommandEntry {
  /** As listed in help: its name, `[options]` if it has any, and its arguments. */
  readonly term: string;
  readonly description: string;
  /** Loads its module. The result adds options, subcommands, and the action. */
  readonly load: () => Promise<(command: Command) => void>;
  /** Describes the other commands, which are loaded with it. */
  readonly describesAll?: true;
}

/** All commands. The most used come first; the last two are started by the engine. */
export const commands: readonly CommandEntry[] = [
  {
    term: 'app [options] [link...]',
    description: helpText('cli-help.app'),
    load: async () => (await import('./app.ts')).configureApp,
  },
  {
    term: 'targets [options]',
    description: helpText('cli-help.targets'),
    load: async () => (await import('./targets.ts')).configureTargets,
  },
  {
    term: 'install [options]',
    description: helpText('cli-help.install'),
    load: async () => (await import('./install.ts')).configureInstall,
  },
  {
    term: 'uninstall [options]',
    description: helpText('cli-help.uninstall'),
    load: async () => (await import('./install.ts')).configureUninstall,
  },
  {
    term: 'engine',
    description: helpText('cli-help.engine'),
    load: async () => (await import('./engine.ts')).configureEngine,
  },
  {
    term: 'settings',
    description: helpText('cli-help.settings'),
    load: async () => (await import('./settings.ts')).configureSettings,
  },
  {
    term: 'plan [options] [file]',
    description: helpText('cli-help.plan'),
    load: async () => (await import('./apply.ts')).configurePlan,
  },
  {
    term: 'apply [options] [file]',
    description: helpText('cli-help.apply'),
    load: async () => (await import('./apply.ts')).configureApply,
  },
  {
    term: 'status [options]',
    description: helpText('cli-help.status'),
    load: async () => (await import('./status-command.ts')).configureStatus,
  },
  {
    term: 'verify [options]',
    description: helpText('cli-help.verify'),
    load: async () => (await import('./verify.ts')).configureVerify,
  },
  {
    term: 'containers',
    description: helpText('cli-help.containers'),
    load: async () => (await import('./containers.ts')).configureContainers,
  },
  {
    term: 'trust [options] <image>',
    description: helpText('cli-help.trust'),
    load: async () => (await import('./trust.ts')).configureTrust,
  },
  {
    term: 'explain [options] [docker-arguments...]',
    description: helpText('cli-help.explain'),
    load: async () => (await import('./explain.ts')).configureExplain,
  },
  {
    term: 'audit [options]',
    description: helpText('cli-help.audit'),
    load: async () => (await import('./audit.ts')).configureAudit,
  },
  {
    term: 'ranges',
    description: helpText('cli-help.ranges'),
    load: async () => (await import('./ranges.ts')).configureRanges,
  },
  {
    term: 'support-bundle [options]',
    description: helpText('cli-help.support'),
    load: async () => (await import('./support-bundle.ts')).configureSupportBundle,
  },
  {
    term: 'completion',
    description: helpText('cli-help.completion'),
    load: async () => (await import('./completion.ts')).configureCompletion,
    describesAll: true,
  },
  {
    term: 'gateway [options]',
    description: helpText('cli-help.gateway'),
    load: async () => (await import('./gateway.ts')).configureGateway,
  },
  {
    term: 'planner [options]',
    description: helpText('cli-help.planner'),
    load: async () => (await import('./planner.ts')).configurePlanner,
  },
];
