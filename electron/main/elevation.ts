import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import os from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import type { ApplyHandle, ApplyRequest, RecreateHandle } from '../../engine/target.ts';
import { applyEventSchema, type ApplyEvent, type ApplyRun } from '../../shared/apply/run.ts';
import { recreateRunSchema, type RecreateRequest, type RecreateRun } from '../../shared/containers/recreate.ts';
import type { EngineStatus } from '../../shared/engine-status/status.ts';
import { appErrorSchema, fail, ok, type AppError, type Result } from '../../shared/result.ts';
import { dismissed, notAuthorised, systemElevator, type ElevatedChild, type Elevator } from './elevator.ts';

/**
 * What needs root when the app runs as its user: our own command line, elevated as the system does it (polkit's pkexec, macOS's and
 * Windows's own question). Absolute paths and an argument vector; the elevated command validates its input again. Shown with stand-ins
 * in the tests; it has not been run against a real polkit, macOS or Windows.
 */
export interface Elevation {
  startApply(request: ApplyRequest, onEvent: (event: ApplyEvent) => void): Promise<Result<ApplyHandle, AppError>>;
  startRecreate(request: RecreateRequest, onEvent: (run: RecreateRun) => void): Promise<Result<RecreateHandle, AppError>>;
  engine(action: 'start' | 'stop' | 'restart', status: () => Promise<EngineStatus>): Promise<Result<EngineStatus, AppError>>;
}

export interface ElevationOptions {
  /** Absolute path of the launcher: `bin/bulkhead`; on Windows, Node's and the program's. */
  readonly bulkheadCommand: string | readonly string[];
  /** How the command line is told which engine is meant, now: `--root DIR`. */
  readonly target: () => readonly string[];
  /** Absolute path of pkexec, or of a stand-in. */
  readonly pkexec?: string;
  /** How rights are asked for; default: as this system does. */
  readonly elevator?: Elevator;
}

export function elevation({ bulkheadCommand, target, pkexec, elevator = systemElevator(process.platform, pkexec) }: ElevationOptions): Elevation {
  const command = typeof bulkheadCommand === 'string' ? [bulkheadCommand] : bulkheadCommand;
  const start = (args: readonly string[]): Promise<Result<ElevatedChild, AppError>> => elevator(command, args);
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
        ...(choices.recreate ?? []).flatMap((id) => ['--recreate', id]),
      ]);
      if (!child.ok) { await cleanUp(); return child; }
      const outcome = await followApply(child.value, onEvent);
      if (outcome.ok) void outcome.value.done.then(cleanUp); else await cleanUp();
      return outcome;
    },
    async startRecreate(request, onEvent) {
      const old = { 'remove-when-healthy': [], keep: ['--keep-old'], remove: ['--remove-old'] }[request.old];
      // Names and ids come after --, so that none is taken for an option.
      const child = await start(['containers', 'recreate', '--yes', '--json', '--events', ...target(), ...old, ...(request.commit.length > 0 ? ['--commit'] : []), ...(request.withoutWayBack ? ['--without-way-back'] : []), ...(request.start ?? []).flatMap((id) => ['--start', id]), '--', ...request.ids]);
      return child.ok ? followRecreate(child.value, onEvent) : child;
    },
    async engine(action, status) {
      const child = await start(['engine', action, ...target()]);
      if (!child.ok) return child;
      child.value.stdout.resume();
      const stderr = collect(child.value.stderr);
      const code = await child.value.exited;
      if (code === 0) return ok(await status());
      return refusedByPolkit(code) ?? fail(action === 'stop' ? 'engine.stop-failed' : 'engine.start-failed', `the engine did not ${action}`, { reason: (await stderr).trim() });
    },
  };
}

/** Reads the event stream of an elevated apply. Resolves with a handle at the first run event, or with why there is none. */
async function followApply(child: ElevatedChild, onEvent: (event: ApplyEvent) => void): Promise<Result<ApplyHandle, AppError>> {
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
      if (event.data.type === 'recreation') { onEvent({ type: 'recreation', recreation: { ...event.data.recreation, cancellable: false } }); return; }
      run = { ...event.data.run, cancellable: false };
      begun?.();
      onEvent({ type: 'run', run });
      return;
    }
    const error = appErrorSchema.safeParse(typeof value === 'object' && value !== null && 'error' in value ? value.error : value);
    if (error.success) reported = error.data;
  });
  const exited = child.exited;
  await Promise.race([first, exited]);
  const started = run;
  if (started === undefined) {
    const code = await exited;
    return refusedByPolkit(code) ?? (reported === undefined ? fail('internal', 'the elevated apply ended without a word', { reason: (await stderr).trim() }) : { ok: false, error: reported });
  }
  const latest = () => run ?? started;
  return ok({
    run: latest,
    cancel: () => false, cancelRecreation: () => false,
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
async function followRecreate(child: ElevatedChild, onEvent: (run: RecreateRun) => void): Promise<Result<RecreateHandle, AppError>> {
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
  const exited = child.exited;
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

async function collect(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream) text = (text + String(chunk)).slice(-16_384);
  return text;
}
