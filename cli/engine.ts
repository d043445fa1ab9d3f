import path from 'node:path';
import type { Command } from 'commander';
import { rootPaths } from '../engine/base/root-paths.ts';
import type { EngineDriver } from '../engine/apply/driver.ts';
import { embeddedCapabilities } from '../engine/targets/embedded/capabilities.ts';
import type { EngineStatus, EngineLogLine } from '../shared/engine-status/status.ts';
import { message } from '../shared/messages/message.ts';
import { usualLimits } from '../shared/process/time-limits.ts';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import type { TargetCapabilities } from '../shared/targets/capabilities.ts';
import { rootOf, targetId } from '../shared/targets/target-id.ts';
import { requireEngineAt } from './require-engine.ts';
import { withTarget } from './target.ts';
import {
  bulkheadCommand,
  printError,
  printResult,
  progress,
  resolveRoot,
  resolveTarget,
  secondsOption,
  withJson,
  withRoot,
} from './output.ts';
import { engineRecord } from './engine-record.ts';
import { describeEngine, stepText } from './engine-text.ts';
import { offerContext, withdrawContext } from './engine-context.ts';
import { helpText } from './help.ts';
import { listFormatOf, renderList } from './list.ts';
import { withResultFormat } from './list-options.ts';
import type { ListOptions } from './list-format.ts';
import { about, errorText, text, translate } from './text.ts';

/** Of `--timeout`, seconds. */
const defaultTimeout = String(usualLimits.engineStart / 1000);

interface EngineOptions extends ListOptions {
  readonly root?: string;
  readonly target?: string;
  readonly json?: boolean;
  readonly timeout?: string;
  readonly foreground?: boolean;
  readonly verbose?: boolean;
  /** Given by --no-context. */
  readonly context?: boolean;
  readonly useContext?: boolean;
  readonly sessionUser?: string;
}

/** `bulkhead engine start|stop|restart|status`. `status` exits 0 when the engine is ready, 1 when not. */
export function configureEngine(engine: Command): void {
  const lasting = (name: string, description: string) =>
    withJson(withRoot(engine.command(name).description(description)))
      .option('--timeout <seconds>', helpText('cli-help.engine-timeout'), defaultTimeout)
      .option('--verbose', helpText('cli-help.engine-verbose'));

  lasting('start', helpText('cli-help.engine-start'))
    .option('--foreground', helpText('cli-help.engine-foreground'))
    .option('--use-context', helpText('cli-help.engine-use-context'))
    .option('--no-context', helpText('cli-help.engine-no-context'))
    .action(async (options: EngineOptions) => {
      if (options.foreground === true) await superviseInForeground(options);
      else await drive(options, 'start');
    });
  lasting('stop', helpText('cli-help.engine-stop')).action((options: EngineOptions) =>
    drive(options, 'stop'),
  );
  lasting('restart', helpText('cli-help.engine-restart')).action((options: EngineOptions) =>
    drive(options, 'restart'),
  );
  withResultFormat(
    withJson(withRoot(engine.command('status').description(helpText('cli-help.engine-status')))),
    '{{.State}}',
  ).action(printEngineStatus);
}

async function printEngineStatus(options: EngineOptions): Promise<void> {
  const format = listFormatOf(engineRecord, options);
  if (!format.ok) {
    printError(format.error, options);
    return;
  }
  const print = (status: EngineStatus, capabilities: TargetCapabilities) => {
    printResult(ok(status), {
      json: options.json,
      human: (value) =>
        format.value.kind === 'default'
          ? describeEngine(capabilities)(value)
          : renderList([value], engineRecord, format.value),
      failed: ({ phase }) => phase !== 'ready',
    });
  };
  if (!isEmbedded(options)) {
    await withTarget(options, async (target) => {
      print(await target.driver.status(), target.capabilities);
    });
    return;
  }
  const root = resolveRoot(options);
  if (!root.ok) {
    printError(root.error, options);
    return;
  }
  print(await (await openDriver(root.value)).status(), embeddedCapabilities);
}

/**
 * Whether the engine is an embedded one, run by a supervisor. If that cannot be determined, an error there.
 */
function isEmbedded(options: EngineOptions): boolean {
  if (options.target !== undefined) return false;
  const ref = resolveTarget(options);
  return !ref.ok || rootOf(ref.value) !== null;
}

/** How long a start, stop or restart may take, ms. */
const startTimeout = (options: EngineOptions): Result<number, AppError> =>
  secondsOption(options.timeout ?? defaultTimeout, 'timeout');

async function drive(options: EngineOptions, what: 'start' | 'stop' | 'restart'): Promise<void> {
  if (!isEmbedded(options)) {
    await driveTarget(options, what);
    return;
  }
  const root = resolveRoot(options);
  const timeoutMs = startTimeout(options);
  if (!root.ok) {
    printError(root.error, options);
    return;
  }
  if (!timeoutMs.ok) {
    printError(timeoutMs.error, options);
    return;
  }
  // A start creates an engine. A restart of a mistyped directory must not.
  const present = what === 'restart' ? await requireEngineAt(rootPaths(root.value)) : ok(undefined);
  if (!present.ok) {
    printError(present.error, options);
    return;
  }
  const driver = await openDriver(root.value);
  // The supervisor's own lines are its progress; other lines are printed on request.
  const onLog = ({ source, text: logged, sentence }: EngineLogLine) => {
    if (source === 'supervisor') progress(about(text('cli-status.supervisor'), translate(logged, sentence)));
    else if (options.verbose === true) progress(`${source}: ${logged}`);
  };
  // Before the engine reads files that an interrupted apply left half changed. A starting supervisor settles
  // it itself; a running one checks every half minute.
  if (what === 'restart') await settleInterrupted(root.value);
  const result: Result<EngineStatus, AppError> = await driver[what]({
    onLog,
    onProgress: ({ step, number, total }) => {
      progress(text('cli-status.step', { number, total, text: stepText(step) }));
    },
    timeoutMs: timeoutMs.value,
  });
  if (what === 'start' && result.ok) await settleInterrupted(root.value);
  printResult(result, { json: options.json, human: describeEngine(embeddedCapabilities) });
  if (!result.ok || options.context === false) return;
  const { sessionUser, useContext: select = false } = options;
  if (what === 'stop') await withdrawContext(root.value, sessionUser);
  else await offerContext({ root: root.value, socket: result.value.socket, select, sessionUser });
}

/**
 * Engines that are not embedded: Docker Desktop is quit and started; for the machine's own engine the reason
 * against it is printed.
 */
async function driveTarget(options: EngineOptions, what: 'start' | 'stop' | 'restart'): Promise<void> {
  const timeoutMs = startTimeout(options);
  if (!timeoutMs.ok) {
    printError(timeoutMs.error, options);
    return;
  }
  await withTarget(options, async (target) => {
    // As at the embedded engine's start; null for a user without the right to.
    const settled = what === 'stop' ? null : await target.resume();
    if (settled !== null && !settled.ok) {
      printError(settled.error, options);
      return;
    }
    if (settled?.value != null)
      progress(
        text('cli-output.apply-settled-first', {
          outcome: (await import('./plan-text.ts')).describeOutcome(settled.value),
        }),
      );
    const call = {
      onLog: (line: EngineLogLine) => {
        progress(translate(line.text, line.sentence));
      },
      timeoutMs: Math.max(timeoutMs.value, target.capabilities.minimumStartTimeoutMs),
    };
    // Settling it has restarted the engine.
    printResult(await target.driver[what === 'restart' && settled?.value != null ? 'start' : what](call), {
      json: options.json,
      human: describeEngine(target.capabilities),
    });
  });
}

/**
 * Finishes or rolls back an apply whose process is gone, and prints that. One in progress, or being settled
 * by the supervisor, is not touched.
 */
async function settleInterrupted(root: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const [{ openTarget }, { describeOutcome }] = await Promise.all([
    import('../engine/targets/embedded/target.ts'),
    import('./plan-text.ts'),
  ]);
  const command = bulkheadCommand();
  const settled = await openTarget(root, {
    bulkheadCommand: command,
    projectRoot: path.resolve(path.dirname(command), '..'),
  }).resume();
  if (!settled.ok && settled.error.code !== 'apply.in-progress') progress(errorText(settled.error));
  if (settled.ok && settled.value !== null)
    progress(text('cli-output.apply-settled', { outcome: describeOutcome(settled.value) }));
}

/** The root of the embedded engine that `--foreground` runs. Other engines are not run by a supervisor. */
export function supervisedRoot(options: EngineOptions): Result<string, AppError> {
  const ref = resolveTarget(options);
  if (!ref.ok) return ref;
  const root = rootOf(ref.value);
  return root === null
    ? fail('input.unusable', message('cli.not-an-embedded-engine', { target: targetId(ref.value) }), {
        hint: message('cli.name-engine-root'),
      })
    : ok(root);
}

async function superviseInForeground(options: EngineOptions): Promise<void> {
  const root = supervisedRoot(options);
  if (!root.ok) {
    printError(root.error, options);
    return;
  }
  const timeoutMs = startTimeout(options);
  if (!timeoutMs.ok) {
    printError(timeoutMs.error, options);
    return;
  }
  const [{ runSupervisor }, { rootPaths }, { allowForStart }] = await Promise.all([
    import('../supervisor/run-supervisor.ts'),
    import('../engine/base/root-paths.ts'),
    import('../engine/base/time-limits.ts'),
  ]);
  allowForStart(timeoutMs.value);
  const command = bulkheadCommand();
  // Started by `engine start`, its stderr is the log file that it writes itself: lines are printed only on a
  // terminal.
  const onLog = process.stderr.isTTY
    ? (line: EngineLogLine) => {
        progress(translate(line.text, line.sentence));
      }
    : undefined;
  const projectRoot = path.resolve(path.dirname(command), '..');
  const target = { bulkheadCommand: command, projectRoot };
  const [{ openTarget, loadOperations }, { createBackends }, { recordReports }] = await Promise.all([
    import('../engine/targets/embedded/target.ts'),
    import('../engine/backends/create-backends.ts'),
    import('../engine/backends/recorded-reports.ts'),
  ]);
  await loadOperations();
  const paths = rootPaths(root.value);
  const result = await runSupervisor(paths, {
    bulkheadCommand: command,
    backends: Object.values(createBackends(projectRoot)),
    examine: async () => recordReports(paths, await openTarget(root.value, target).backendReports()),
    resume: (driver) => openTarget(root.value, { ...target, driver }).resume(),
    settleRecreation: () => openTarget(root.value, target).settleRecreate(),
    ...(onLog === undefined ? {} : { onLog }),
  });
  if (!result.ok) printError(result.error, options);
}

async function openDriver(root: string): Promise<EngineDriver> {
  const [{ createEmbeddedDriver }, { rootPaths }] = await Promise.all([
    import('../engine/targets/embedded/driver.ts'),
    import('../engine/base/root-paths.ts'),
  ]);
  return createEmbeddedDriver(rootPaths(root), { bulkheadCommand: bulkheadCommand() });
}
