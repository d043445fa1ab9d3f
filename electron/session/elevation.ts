import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { ApplyRequest } from '../../engine/apply/admission.ts';
import type { ApplyHandle } from '../../engine/apply/apply.ts';
import type { RecreateHandle } from '../../engine/recreate/recreate.ts';
import { applyEventSchema, type ApplyEvent, type ApplyRun } from '../../shared/apply/run.ts';
import {
  recreateRunSchema,
  type RecreateRequest,
  type RecreateRun,
} from '../../shared/containers/recreate.ts';
import type { EngineStatus } from '../../shared/engine-status/status.ts';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import type { BundleProgress } from '../../shared/support/bundle.ts';
import { verificationSchema, type Verification } from '../../shared/verify/claims.ts';
import { followBundle, type BundleHandle } from './elevated-bundle.ts';
import { followCommand, readCommand, waitForCommand, elevationFailure } from './elevated-command.ts';
import { message, type Message } from '../../shared/messages/message.ts';
import { systemElevator, type ElevatedChild, type Elevator } from './elevator.ts';

/** Commands that the app runs elevated; pkexec's policy has the text of each prompt (`polkit-policy.mjs`). */
export const elevatedCommands = ['apply', 'containers', 'engine', 'support-bundle', 'verify'] as const;

type ElevatedCommand = (typeof elevatedCommands)[number];

/**
 * What needs root when the app runs as its user: our own command line, elevated by the system's means
 * (polkit's pkexec, macOS's and Windows's own prompt). Absolute paths and an argument vector; the elevated
 * command validates its input again. Tested with Debian's polkit (tests/machine/window) and with fakes;
 * not run on a real macOS or Windows.
 */
export interface Elevation {
  /** Why nobody can be prompted for rights here, null if it can be tried. */
  missing(): Promise<Message | null>;
  startApply(
    request: ApplyRequest,
    onEvent: (event: ApplyEvent) => void,
  ): Promise<Result<ApplyHandle, AppError>>;
  startRecreate(
    request: RecreateRequest,
    onEvent: (run: RecreateRun) => void,
  ): Promise<Result<RecreateHandle, AppError>>;
  /** Verifies as root, who alone may record the result where everybody reads it. */
  verify(): Promise<Result<Verification, AppError>>;
  /** Collects a support bundle of what only root can read; nothing is written. */
  collectBundle(onProgress: (progress: BundleProgress) => void): Promise<Result<BundleHandle, AppError>>;
  engine(
    action: 'start' | 'stop' | 'restart',
    status: () => Promise<EngineStatus>,
  ): Promise<Result<EngineStatus, AppError>>;
}

export interface ElevationOptions {
  /** Absolute path of the launcher: `bin/bulkhead`; on Windows, Node's and the program's. */
  readonly bulkheadCommand: string | readonly string[];
  /**
   * The options that select the current engine on the command line: `--root DIR`. Null: no engine is open.
   */
  readonly target: () => readonly string[] | null;
  /** Absolute path of pkexec, or of a fake. */
  readonly pkexec?: string;
  /** How rights are requested; default: this system's way. */
  readonly elevator?: Elevator;
}

export function elevation({
  bulkheadCommand,
  target,
  pkexec,
  elevator = systemElevator(process.platform, pkexec),
}: ElevationOptions): Elevation {
  const command = typeof bulkheadCommand === 'string' ? [bulkheadCommand] : bulkheadCommand;
  /** `rest` follows the options that select the engine. */
  const start = async (
    args: readonly [ElevatedCommand, ...string[]],
    rest: readonly string[] = [],
  ): Promise<Result<ElevatedChild, AppError>> => {
    const engine = target();
    return engine === null
      ? fail('engine.request-failed', message('app.no-engine-open'), {
          hint: message('app.wait-until-open'),
        })
      : elevator.run(command, [...args, ...engine, ...rest]);
  };
  return {
    missing: () => elevator.missing(),
    async startApply(request, onEvent) {
      const text = await textFile(request.text);
      if (!text.ok) return text;
      const { choices } = request;
      const child = await start(
        ['apply', text.value.file, '--yes', '--json', '--events'],
        [
          '--base-hash',
          request.baseHash,
          ...(request.confirmedShares ?? []).flatMap((path) => ['--confirm-share', path]),
          ...choices.remove.flatMap((id) => ['--remove', id]),
          ...(choices.includeRunning ? ['--include-running'] : []),
          ...(choices.removeVolumes ? ['--remove-volumes'] : []),
          ...(choices.recreate ?? []).flatMap((id) => ['--recreate', id]),
          ...(choices.commit === true ? ['--commit'] : []),
        ],
      );
      const outcome = child.ok ? await followApply(child.value, onEvent) : child;
      if (outcome.ok) void outcome.value.done.then(text.value.remove);
      else await text.value.remove();
      return outcome;
    },
    async startRecreate(request, onEvent) {
      const child = await start(
        ['containers', 'recreate', '--yes', '--json', '--events'],
        recreateArguments(request),
      );
      return child.ok ? followRecreate(child.value, onEvent) : child;
    },
    async verify() {
      const child = await start(['verify', '--json']);
      if (!child.ok) return child;
      return readCommand(
        child.value,
        'verification',
        (value) => verificationSchema.safeParse(value).data ?? null,
      );
    },
    async collectBundle(onProgress) {
      const child = await start(['support-bundle', '--json', '--events']);
      return child.ok ? followBundle(child.value, onProgress) : child;
    },
    async engine(action, status) {
      const child = await start(['engine', action]);
      if (!child.ok) return child;
      const end = await waitForCommand(child.value);
      if (end.code === 0) return ok(await status());
      const { error } = fail(
        action === 'stop' ? 'engine.stop-failed' : 'engine.start-failed',
        message('app.engine-action-failed', { action }),
        { reason: end.stderr },
      );
      return elevationFailure(end, error.message, error);
    },
  };
}

function recreateArguments(request: RecreateRequest): readonly string[] {
  const old = { 'remove-when-healthy': [], keep: ['--keep-old'], remove: ['--remove-old'] }[request.old];
  return [
    ...old,
    ...(request.commit.length > 0 ? ['--commit'] : []),
    ...(request.withoutRollback ? ['--without-rollback'] : []),
    ...(request.start ?? []).flatMap((id) => ['--start', id]),
    // Names and ids follow --, so that none is parsed as an option.
    '--',
    ...request.ids,
  ];
}

/**
 * The text is passed in a file that only this user can read; the elevated command reads it once and validates
 * it.
 */
async function textFile(
  text: string,
): Promise<Result<{ readonly file: string; readonly remove: () => Promise<void> }, AppError>> {
  let directory: string | undefined;
  const remove = async () => {
    if (directory !== undefined) await rm(directory, { recursive: true, force: true });
  };
  try {
    directory = await mkdtemp(path.join(os.tmpdir(), 'bulkhead-apply-'));
    const file = path.join(directory, 'admin-settings.json');
    await writeFile(file, text, { mode: 0o600 });
    return ok({ file, remove });
  } catch (cause) {
    await remove();
    const [{ writeHint }, { systemCode }] = await Promise.all([
      import('../../engine/base/files.ts'),
      import('../../shared/process/system-code.ts'),
    ]);
    return fail('settings.unwritable', message('app.file-unwritable', { os: os.tmpdir() }), {
      cause,
      hint: writeHint(systemCode(cause)),
      params: { path: os.tmpdir() },
    });
  }
}

/** The message that makes an elevated command cancel its work. */
const cancelLine = 'cancel';

/** Follows an elevated apply. Resolves with a handle at the first run event, or with why there is none. */
async function followApply(
  child: ElevatedChild,
  onEvent: (event: ApplyEvent) => void,
): Promise<Result<ApplyHandle, AppError>> {
  let run: ApplyRun | undefined;
  let recreating = false;
  const ended = await followCommand(child, 'apply', (value) => {
    const event = applyEventSchema.safeParse(value);
    if (!event.success) return false;
    if (event.data.type === 'run') run = event.data.run;
    if (event.data.type === 'recreation') recreating = event.data.recreation.cancellable;
    onEvent(event.data);
    return run !== undefined;
  });
  if (!ended.ok) return ended;
  const latest = (): ApplyRun => {
    if (run === undefined) throw new Error('an apply was followed before it began');
    return run;
  };
  const cancel = (can: boolean): boolean => {
    if (can) child.writeLine(cancelLine);
    return can;
  };
  return ok({
    run: latest,
    cancel: () => cancel(latest().cancellable),
    cancelRecreation: () => cancel(recreating),
    done: ended.value.then(({ code, stderr }) => {
      const last = latest();
      if (last.activity === 'ended') return last;
      const { error } = fail('internal', message('app.elevated-apply-interrupted', { code }), {
        reason: stderr,
        hint: message('app.apply-again'),
      });
      const failedStep = last.steps.find((s) => s.state === 'running')?.step ?? 'back-up';
      const over: ApplyRun = {
        ...last,
        activity: 'ended',
        cancellable: false,
        endedAt: new Date().toISOString(),
        outcome: { kind: 'rollback-failed', failedStep, error, rollbackError: error, backupDir: '' },
      };
      onEvent({ type: 'run', run: over });
      return over;
    }),
  });
}

/** Follows an elevated recreation, like an apply. */
async function followRecreate(
  child: ElevatedChild,
  onEvent: (run: RecreateRun) => void,
): Promise<Result<RecreateHandle, AppError>> {
  let run: RecreateRun | undefined;
  const ended = await followCommand(child, 'recreation', (value) => {
    const event = recreateRunSchema.safeParse(value);
    if (!event.success) return false;
    run = event.data;
    onEvent(run);
    return true;
  });
  if (!ended.ok) return ended;
  const latest = (): RecreateRun => {
    if (run === undefined) throw new Error('a recreation was followed before it began');
    return run;
  };
  return ok({
    run: latest,
    cancel: () => {
      const can = latest().cancellable;
      if (can) child.writeLine(cancelLine);
      return can;
    },
    done: ended.value.then(({ code, stderr }) => {
      const last = latest();
      if (last.activity === 'ended') return last;
      const { error } = fail('internal', message('app.elevated-recreation-interrupted', { code }), {
        reason: stderr,
        hint: message('app.recreate-again'),
      });
      return {
        ...last,
        activity: 'ended' as const,
        members: last.members.map((member) =>
          member.outcome === null ? { ...member, outcome: { kind: 'not-begun', error } } : member,
        ),
      };
    }),
  });
}
