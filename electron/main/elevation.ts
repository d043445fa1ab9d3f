import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { access, constants, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import os from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import type { ApplyHandle, ApplyRequest, RecreateHandle } from '../../engine/target.ts';
import { applyEventSchema, type ApplyEvent, type ApplyRun } from '../../shared/apply/run.ts';
import { recreateRunSchema, type RecreateRequest, type RecreateRun } from '../../shared/containers/recreate.ts';
import type { EngineStatus } from '../../shared/engine-status/status.ts';
import { appErrorSchema, fail, ok, type AppError, type Result } from '../../shared/result.ts';

/**
 * What needs root when the app runs as its user: our own command line, through polkit's pkexec. Absolute paths, an argument
 * vector and no shell; the elevated command validates its input again. Shown with a stand-in for pkexec in the tests;
 * it has not been run against a real polkit.
 */
export interface Elevation {
  startApply(request: ApplyRequest, onEvent: (event: ApplyEvent) => void): Promise<Result<ApplyHandle, AppError>>;
  startRecreate(request: RecreateRequest, onEvent: (run: RecreateRun) => void): Promise<Result<RecreateHandle, AppError>>;
  engine(action: 'start' | 'stop' | 'restart', status: () => Promise<EngineStatus>): Promise<Result<EngineStatus, AppError>>;
}

export interface ElevationOptions {
  /** Absolute path of the launcher. */
  readonly bulkheadCommand: string;
  /** How the command line is told which engine is meant, now: `--root DIR`. */
  readonly target: () => readonly string[];
  /** Absolute path of pkexec, or of a stand-in. */
  readonly pkexec?: string;
}

/** pkexec's own exit codes: the dialog was dismissed, not authorised. */
const dismissed = 126;
const notAuthorised = 127;

export function elevation({ bulkheadCommand, target, pkexec = '/usr/bin/pkexec' }: ElevationOptions): Elevation {
  const start = async (args: readonly string[]): Promise<Result<ChildProcessByStdio<null, Readable, Readable>, AppError>> => {
    try { await access(pkexec, constants.X_OK); } catch (cause) {
      return fail('rights.not-root', 'this needs administrator rights, and pkexec is not installed', { cause, hint: `Install polkit's pkexec, or run as root: bulkhead ${args.join(' ')}` });
    }
    return ok(spawn(pkexec, [bulkheadCommand, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', DISPLAY: process.env['DISPLAY'] ?? '', XDG_RUNTIME_DIR: process.env['XDG_RUNTIME_DIR'] ?? '', DBUS_SESSION_BUS_ADDRESS: process.env['DBUS_SESSION_BUS_ADDRESS'] ?? '' } }));
  };
  return {
    async startApply(request, onEvent) {
      // The text goes by a file only this user can read; the elevated command reads it once and validates what it read.
      const directory = await mkdtemp(path.join(os.tmpdir(), 'bulkhead-apply-'));
      const file = path.join(directory, 'admin-settings.json');
      const cleanUp = () => rm(directory, { recursive: true, force: true });
      await writeFile(file, request.text, { mode: 0o600 });
      const { choices } = request;
      const child = await start([
        'apply', file, '--yes', '--json', '--events', ...target(), '--base-hash', request.baseHash,
        ...choices.remove.flatMap((id) => ['--remove', id]), ...(choices.includeRunning ? ['--include-running'] : []), ...(choices.removeVolumes ? ['--remove-volumes'] : []),
      ]);
      if (!child.ok) { await cleanUp(); return child; }
      const outcome = await followApply(child.value, onEvent);
      if (outcome.ok) void outcome.value.done.then(cleanUp); else await cleanUp();
      return outcome;
    },
    async startRecreate(request, onEvent) {
      const old = { 'remove-when-healthy': [], keep: ['--keep-old'], remove: ['--remove-old'] }[request.old];
      // Names and ids come after --, so that none is taken for an option.
      const child = await start(['containers', 'recreate', '--yes', '--json', '--events', ...target(), ...old, ...(request.commit.length > 0 ? ['--commit'] : []), ...(request.withoutWayBack ? ['--without-way-back'] : []), '--', ...request.ids]);
      return child.ok ? followRecreate(child.value, onEvent) : child;
    },
    async engine(action, status) {
      const child = await start(['engine', action, ...target()]);
      if (!child.ok) return child;
      child.value.stdout.resume();
      const stderr = collect(child.value.stderr);
      const code = await exitOf(child.value);
      if (code === 0) return ok(await status());
      return refusedByPolkit(code) ?? fail(action === 'stop' ? 'engine.stop-failed' : 'engine.start-failed', `the engine did not ${action}`, { reason: (await stderr).trim() });
    },
  };
}

/** Reads the event stream of an elevated apply. Resolves with a handle at the first run event, or with why there is none. */
async function followApply(child: ChildProcessByStdio<null, Readable, Readable>, onEvent: (event: ApplyEvent) => void): Promise<Result<ApplyHandle, AppError>> {
  let run: ApplyRun | undefined;
  let reported: AppError | undefined;
  const stderr = collect(child.stderr);
  let begun: (() => void) | undefined;
  const first = new Promise<void>((resolve) => { begun = resolve; });
  createInterface({ input: child.stdout }).on('line', (line) => {
    let value: unknown;
    try { value = JSON.parse(line); } catch { return; }
    const event = applyEventSchema.safeParse(value);
    if (event.success) {
      if (event.data.type === 'log') { onEvent(event.data); return; }
      // The child is root's: it can't be signalled from here, so the window must not offer it.
      run = { ...event.data.run, cancellable: false };
      begun?.();
      onEvent({ type: 'run', run });
      return;
    }
    const error = appErrorSchema.safeParse(typeof value === 'object' && value !== null && 'error' in value ? value.error : value);
    if (error.success) reported = error.data;
  });
  const exited = exitOf(child);
  await Promise.race([first, exited]);
  const started = run;
  if (started === undefined) {
    const code = await exited;
    return refusedByPolkit(code) ?? (reported === undefined ? fail('internal', 'the elevated apply ended without a word', { reason: (await stderr).trim() }) : { ok: false, error: reported });
  }
  const latest = () => run ?? started;
  return ok({
    run: latest,
    cancel: () => false,
    done: exited.then(async (code) => {
      const last = latest();
      if (last.activity === 'ended') return last;
      const error: AppError = { code: 'internal', message: `the elevated apply ended in the middle (${code})`, reason: (await stderr).trim(), hint: 'Run bulkhead apply again: it finishes or rolls back what was begun.' };
      const failedStep = last.steps.find((s) => s.state === 'running')?.step ?? 'back-up';
      const ended: ApplyRun = { ...last, activity: 'ended', cancellable: false, endedAt: new Date().toISOString(), outcome: { kind: 'rollback-failed', failedStep, error, rollbackError: error, backupDir: '' } };
      onEvent({ type: 'run', run: ended });
      return ended;
    }),
  });
}

/** Reads the event stream of an elevated recreation. The child is root's: it can't be cancelled from here. */
async function followRecreate(child: ChildProcessByStdio<null, Readable, Readable>, onEvent: (run: RecreateRun) => void): Promise<Result<RecreateHandle, AppError>> {
  let run: RecreateRun | undefined;
  let reported: AppError | undefined;
  const stderr = collect(child.stderr);
  let begun: (() => void) | undefined;
  const first = new Promise<void>((resolve) => { begun = resolve; });
  createInterface({ input: child.stdout }).on('line', (line) => {
    let value: unknown;
    try { value = JSON.parse(line); } catch { return; }
    const event = recreateRunSchema.safeParse(value);
    if (event.success) {
      run = { ...event.data, cancellable: false };
      begun?.();
      onEvent(run);
      return;
    }
    const error = appErrorSchema.safeParse(typeof value === 'object' && value !== null && 'error' in value ? value.error : value);
    if (error.success) reported = error.data;
  });
  const exited = exitOf(child);
  await Promise.race([first, exited]);
  const started = run;
  if (started === undefined) return refusedByPolkit(await exited) ?? (reported === undefined ? fail('internal', 'the elevated recreation ended without a word', { reason: (await stderr).trim() }) : { ok: false, error: reported });
  const latest = () => run ?? started;
  return ok({
    run: latest, cancel: () => false,
    done: exited.then(async (code) => {
      if (latest().activity === 'ended') return latest();
      const { error } = fail('internal', `the elevated recreation ended in the middle (${code})`, { reason: (await stderr).trim(), hint: 'Recreate again: what was begun is settled first.' });
      return { ...latest(), activity: 'ended' as const, members: latest().members.map((member) => (member.outcome === null ? { ...member, outcome: { kind: 'not-begun', error } } : member)) };
    }),
  });
}

function refusedByPolkit(code: number | string): Result<never, AppError> | null {
  if (code === dismissed) return fail('rights.not-root', 'administrator rights were not given', { hint: 'Try again and enter the password.' });
  return code === notAuthorised ? fail('rights.not-root', 'this user may not get administrator rights', { hint: 'Ask an administrator, or run bulkhead as root.' }) : null;
}

function exitOf(child: ChildProcessByStdio<null, Readable, Readable>): Promise<number | string> {
  return new Promise((resolve) => {
    child.once('close', (code, signal) => { resolve(code ?? signal ?? 'unknown'); });
    child.once('error', (error) => { resolve(error.message); });
  });
}

async function collect(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream) text = (text + String(chunk)).slice(-16_384);
  return text;
}
