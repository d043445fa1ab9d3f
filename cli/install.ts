import path from 'node:path';
import type { Command } from 'commander';
import { rootPaths, systemRoot } from '../engine/base/root-paths.ts';
import type { InstallOptions, InstallStep } from '../engine/targets/system/install-steps.ts';
import type { InstallFileChange, InstallPlan } from '../shared/install/plan.ts';
import { joinMessages } from '../shared/messages/join-messages.ts';
import { message } from '../shared/messages/message.ts';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import { helpText } from './help.ts';
import { bulkheadCommand, printError, printResult, progress, withJson } from './output.ts';
import { isYes, openPrompt } from './terminal-prompt.ts';
import { text, translateSentence } from './text.ts';

interface InstallCommandOptions {
  readonly json?: boolean;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly prepare?: boolean;
  readonly keepEngine?: boolean;
  readonly recover?: boolean;
}

/** `bulkhead install`: puts the gateway in front of the machine's Docker Engine. */
export function configureInstall(command: Command): void {
  withJson(command)
    .option('--yes', helpText('cli-help.yes'))
    .option('--dry-run', helpText('cli-help.install-dry-run'))
    .option('--prepare', helpText('cli-help.install-prepare'))
    .option('--keep-engine', helpText('cli-help.install-keep-engine'))
    .option('--recover', helpText('cli-help.install-recover'))
    .action(async (options: InstallCommandOptions) => {
      await installSystem(options);
    });
}

/** `bulkhead uninstall`: removes the gateway again. */
export function configureUninstall(command: Command): void {
  withJson(command)
    .option('--yes', helpText('cli-help.yes'))
    .option('--dry-run', helpText('cli-help.install-dry-run'))
    .action((options: InstallCommandOptions) => uninstallSystem(options));
}

function installOptions(): InstallOptions {
  const command = bulkheadCommand();
  return {
    bulkheadCommand: command,
    projectRoot: path.resolve(path.dirname(command), '..'),
    onStep: (step) => {
      progress(stepText(step));
    },
  };
}

/** Whether the gateway is in front of the engine afterwards, or will be. */
async function installSystem(options: InstallCommandOptions): Promise<boolean> {
  const { install, recover } = await import('../engine/targets/system/install.ts');
  if (options.recover === true) {
    const recovered = await recover(installOptions());
    if (!recovered.ok) printError(recovered.error, options);
    return recovered.ok;
  }
  const [{ planInstall }, { appliesLater, withoutRestart }] = await Promise.all([
    import('../engine/targets/system/install-plan.ts'),
    import('../engine/targets/system/upgrade.ts'),
  ]);
  const planned = await planInstall(bulkheadCommand());
  const choices = { prepare: options.prepare === true, keepEngine: options.keepEngine === true };
  if (!planned.ok) {
    printError(planned.error, options);
    return false;
  }
  const { plan } = choices.keepEngine ? withoutRestart(planned.value) : planned.value;
  const isLater = !choices.prepare && appliesLater(planned.value.plan, plan);
  const later = isLater ? [text('system.engine-restarts-later')] : [];
  return carryOut(ok(plan), options, {
    question: text('system.ask-install'),
    done: [text(choices.prepare ? 'system.prepared' : 'system.installed'), ...later].join('\n'),
    work: () => install({ ...installOptions(), ...choices }),
  });
}

/**
 * Puts the gateway in front of the machine's engine if necessary; false if that was refused or failed, which
 * is printed.
 */
export async function ensureInstalled(options: {
  readonly yes?: boolean;
  readonly json?: boolean;
}): Promise<boolean> {
  const { isSystemInstalled } = await import('../engine/targets/system/target.ts');
  if (await isSystemInstalled()) return true;
  return installSystem({ ...options, json: false });
}

async function uninstallSystem(options: InstallCommandOptions): Promise<void> {
  const [{ uninstall }, { planUninstall }] = await Promise.all([
    import('../engine/targets/system/uninstall.ts'),
    import('../engine/targets/system/install-plan.ts'),
  ]);
  const planned = await planUninstall();
  const { settings, root } = rootPaths(systemRoot);
  await carryOut(planned.ok ? ok(planned.value.plan) : planned, options, {
    question: text('system.ask-uninstall'),
    done: text('system.uninstalled', { settings, root }),
    work: () => uninstall(installOptions()),
  });
}

interface Change {
  readonly question: string;
  readonly done: string;
  readonly work: () => Promise<Result<void, AppError>>;
}

/** Shows the plan, asks unless it was confirmed already, and performs it. */
async function carryOut(
  planned: Result<InstallPlan, AppError>,
  options: InstallCommandOptions,
  { question, done, work }: Change,
): Promise<boolean> {
  if (!planned.ok || options.dryRun === true) {
    printResult(planned, {
      json: options.json,
      human: describeInstallPlan,
      failed: (plan) => plan.blockers.length > 0,
    });
    return false;
  }
  if (options.json !== true) progress(describeInstallPlan(planned.value));
  if (options.yes !== true && planned.value.blockers.length === 0 && !(await confirmed(question))) {
    printError(fail('apply.not-confirmed', message('system.confirm-with-yes')).error, options);
    return false;
  }
  const outcome = await work();
  printResult(outcome.ok ? ok({ done: true }) : outcome, { json: options.json, human: () => done });
  return outcome.ok;
}

async function confirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const prompt = openPrompt();
  try {
    return isYes(await prompt.ask(question));
  } finally {
    prompt.close();
  }
}

/** The plan for a terminal. */
export function describeInstallPlan(plan: InstallPlan): string {
  const names = (list: readonly string[]) => ({ names: joinMessages('enumeration', list) });
  const lines = [
    ...(plan.action === 'install' && plan.installed ? [text('system.is-installed')] : []),
    ...(plan.prepared ? [text('system.is-prepared')] : []),
    ...(plan.files.length === 0
      ? []
      : [text('system.files-change'), ...plan.files.map((file) => `  ${fileText(file)}`)]),
    ...(plan.restartsEngine ? [text('system.engine-restarts-once')] : []),
    ...(plan.stops.length === 0 ? [] : [text('system.containers-stop-for-good', names(plan.stops))]),
    ...(plan.restarts.length === 0 ? [] : [text('system.containers-come-back', names(plan.restarts))]),
    ...(plan.stopsUnknown ? [text('system.stops-unknown')] : []),
    ...(plan.keepRunning.length === 0 ? [] : [text('system.containers-go-on', names(plan.keepRunning))]),
    ...(plan.unstartable.length === 0
      ? []
      : [text('system.containers-unstartable', names(plan.unstartable))]),
    ...(plan.blockers.length === 0
      ? []
      : [
          text('system.blocked'),
          ...plan.blockers.map(
            (blocker) => `  ${typeof blocker === 'string' ? blocker : translateSentence(blocker)}`,
          ),
        ]),
  ];
  return lines.join('\n');
}

const fileText = ({ path: file, change }: InstallFileChange): string =>
  text(`system.file-${change}`, { path: file });

const stepText = (step: InstallStep): string => text(`system.step-${step}`);
