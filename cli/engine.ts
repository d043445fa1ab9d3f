import path from 'node:path';
import type { Command } from 'commander';
import type { Target } from '../engine/target.ts';
import { supervisedRootOf } from '../engine/targets/declared-capabilities.ts';
import type { EngineLogLine } from '../shared/engine-status/status.ts';
import { message } from '../shared/messages/message.ts';
import { usualLimits } from '../shared/process/time-limits.ts';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import { targetId } from '../shared/targets/target-id.ts';
import { requireEngine } from './require-engine.ts';
import { withTarget } from './target.ts';
import {
  bulkheadCommand,
  printError,
  printResult,
  progress,
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
  await withTarget(options, async ({ driver, capabilities }) => {
    printResult(ok(await driver.status()), {
      json: options.json,
      human: (status) =>
        format.value.kind === 'default'
          ? describeEngine(capabilities)(status)
          : renderList([status], engineRecord, format.value),
      failed: ({ phase }) => phase !== 'ready',
    });
  });
}

/** How long a start, stop or restart may take, ms. */
const startTimeout = (options: EngineOptions): Result<number, AppError> =>
  secondsOption(options.timeout ?? defaultTimeout, 'timeout');

interface Action extends EngineOptions {
  readonly what: 'start' | 'stop' | 'restart';
  readonly timeoutMs: number;
}

async function drive(options: EngineOptions, what: Action['what']): Promise<void> {
  const ref = resolveTarget(options);
  const timeoutMs = startTimeout(options);
  if (!ref.ok) {
    printError(ref.error, options);
    return;
  }
  if (!timeoutMs.ok) {
    printError(timeoutMs.error, options);
    return;
  }
  // A start creates an engine. A restart of a mistyped directory must not.
  const present = what === 'restart' ? await requireEngine(ref.value) : ok(undefined);
  if (!present.ok) {
    printError(present.error, options);
    return;
  }
  await withTarget(options, (target) => {
    const { supervised, minimumStartTimeoutMs } = target.capabilities;
    const action = { ...options, what, timeoutMs: Math.max(timeoutMs.value, minimumStartTimeoutMs) };
    return supervised ? driveSupervised(target, action) : driveDirectly(target, action);
  });
}

/** An engine with a supervisor of ours, which reports its steps, and settles an interrupted apply itself. */
async function driveSupervised(target: Target, action: Action): Promise<void> {
  const { what, timeoutMs } = action;
  // The supervisor's own lines are its progress; other lines are printed on request.
  const onLog = ({ source, text: logged, sentence }: EngineLogLine) => {
    if (source === 'supervisor') progress(about(text('cli-status.supervisor'), translate(logged, sentence)));
    else if (action.verbose === true) progress(`${source}: ${logged}`);
  };
  // Before the engine reads files that an interrupted apply left half changed. A starting supervisor settles
  // it itself; a running one checks every half minute.
  if (what === 'restart') await settleInterrupted(target);
  const result = await target.driver[what]({
    onLog,
    onProgress: ({ step, number, total }) => {
      progress(text('cli-status.step', { number, total, text: stepText(step) }));
    },
    timeoutMs,
  });
  if (what === 'start' && result.ok) await settleInterrupted(target);
  printResult(result, { json: action.json, human: describeEngine(target.capabilities) });
  if (!result.ok || action.context === false || !target.capabilities.clientsNeedDockerHost) return;
  const { sessionUser, useContext: select = false } = action;
  const { root } = target.paths;
  if (what === 'stop') await withdrawContext(root, sessionUser);
  else await offerContext({ root, socket: result.value.socket, select, sessionUser });
}

/**
 * An engine without one: Docker Desktop is quit and started; for the machine's own engine the reason against
 * it is printed.
 */
async function driveDirectly(target: Target, { what, timeoutMs, json }: Action): Promise<void> {
  // As a supervisor does at its start; null for a user without the right to.
  const settled = what === 'stop' ? null : await target.resume();
  if (settled !== null && !settled.ok) {
    printError(settled.error, { json });
    return;
  }
  if (settled?.value != null)
    progress(
      text('cli-output.apply-settled-first', {
        outcome: (await import('./plan-text.ts')).describeOutcome(settled.value),
      }),
    );
  const onLog = (line: EngineLogLine) => {
    progress(translate(line.text, line.sentence));
  };
  // Settling it has restarted the engine.
  const needed = what === 'restart' && settled?.value != null ? 'start' : what;
  printResult(await target.driver[needed]({ onLog, timeoutMs }), {
    json,
    human: describeEngine(target.capabilities),
  });
}

/**
 * Finishes or rolls back an apply whose process is gone, and prints that. One in progress, or being settled
 * by the supervisor, is not touched.
 */
async function settleInterrupted(target: Target): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { describeOutcome } = await import('./plan-text.ts');
  const settled = await target.resume();
  if (!settled.ok && settled.error.code !== 'apply.in-progress') progress(errorText(settled.error));
  if (settled.ok && settled.value !== null)
    progress(text('cli-output.apply-settled', { outcome: describeOutcome(settled.value) }));
}

/** The root of the engine that `--foreground` runs: only one that has a supervisor. */
export function supervisedRoot(options: EngineOptions): Result<string, AppError> {
  const ref = resolveTarget(options);
  if (!ref.ok) return ref;
  const root = supervisedRootOf(ref.value);
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
  const [{ superviseEngine }, { allowForStart }] = await Promise.all([
    import('../supervisor/supervise-engine.ts'),
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
  const result = await superviseEngine(root.value, {
    bulkheadCommand: command,
    projectRoot: path.resolve(path.dirname(command), '..'),
    ...(onLog === undefined ? {} : { onLog }),
  });
  if (!result.ok) printError(result.error, options);
}
