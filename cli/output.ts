import { existsSync } from 'node:fs';
import path from 'node:path';
import { Option, type Command } from 'commander';
import { fail, ok, type AppError, type AppErrorCode, type Result } from '../shared/result.ts';
import { parseTargetId, type TargetRef } from '../shared/targets/target-id.ts';
import { guardedEngineAt } from '../engine/base/root-options.ts';
import { defaultGuardedRoot, guardedRootOf } from '../engine/targets/guarded-root.ts';
import { message } from '../shared/messages/message.ts';
import { helpText } from './help.ts';
import { onFirstUse, write } from './standard-streams.ts';
import { styled } from './style.ts';
import { errorText, unknownText } from './text.ts';

/**
 * Exit codes of every command: 0 done, 1 the operation or a claim failed (or a lint error was found), 2
 * unusable arguments. `status --check` has its own (`checkExitCodes`), also for unusable arguments.
 */
export const exitCodes = { ok: 0, failed: 1, usage: 2 } as const;

/** Exit codes of `bulkhead status --check`: those of Nagios' plugins. */
export const checkExitCodes = { ok: 0, warning: 1, critical: 2, unknown: 3 } as const;
export type CheckState = keyof typeof checkExitCodes;

const usageCodes: ReadonlySet<AppErrorCode> = new Set(['input.unusable']);

/** The exit code for an error. */
export function exitCodeOf(error: AppError): number {
  return usageCodes.has(error.code) ? exitCodes.usage : exitCodes.failed;
}

export interface PrintOptions<T> {
  /** One JSON document on stdout instead of text. */
  readonly json?: boolean | undefined;
  /** The text for users, in the current language; '' prints nothing. */
  readonly human: (value: T) => string;
  /** Whether the value itself means failure (a claim failed, engine not running): exit code 1. */
  readonly failed?: (value: T) => boolean;
}

/**
 * Ends a command: prints the value to stdout (text, or one JSON document), an error to stderr (text, or one
 * JSON line `{"error": …}` with `--json`), and sets the exit code. Never exits the process itself, so that
 * output is flushed.
 */
export function printResult<T>(result: Result<T, AppError>, options: PrintOptions<T>): void {
  if (!result.ok) {
    printError(result.error, options);
    return;
  }
  const text = options.json === true ? JSON.stringify(result.value, null, 2) : options.human(result.value);
  if (text !== '') write('stdout', `${text}\n`);
  process.exitCode = options.failed?.(result.value) === true ? exitCodes.failed : exitCodes.ok;
}

/** Options of a command that decide how it prints an error. */
export interface ErrorOptions {
  readonly json?: boolean | undefined;
  /** For monitoring, which shows stdout only: `status --check`. */
  readonly check?: boolean | undefined;
  readonly quiet?: boolean | undefined;
}

/** Prints an error to stderr, with `check` as text to stdout, and sets its exit code. */
export function printError(error: AppError, options: ErrorOptions = {}): void {
  if (options.check === true && options.json !== true && options.quiet !== true)
    write('stdout', `${unknownText(error)}\n`);
  else write('stderr', `${options.json === true ? JSON.stringify({ error }) : styledError(error)}\n`);
  process.exitCode = exitCodeOf(error);
}

/** An error's text, its first line in colour. */
function styledError(error: AppError): string {
  const [first = '', ...others] = errorText(error).split('\n');
  return [styled('bad', first, 'stderr'), ...others].join('\n');
}

/** A line about the progress, in the current language, to stderr: stdout stays one document. */
export function progress(text: string): void {
  write('stderr', `${text}\n`);
}

/**
 * Adds `--root DIR`, which BULKHEAD_ROOT may set as well, and `--target ID` before it. Read them with
 * `resolveTarget`, or with `resolveRoot` if only a guarded engine is acceptable.
 */
export function withRoot(command: Command): Command {
  return command
    .addOption(new Option('--root <dir>', helpText('cli-help.root')).env('BULKHEAD_ROOT'))
    .addOption(new Option('--target <id>', helpText('cli-help.target')))
    .addOption(new Option('--session-user <uid>').hideHelp());
}

/** Adds `--json`. */
export function withJson(command: Command): Command {
  return command.option('--json', helpText('cli-help.json'));
}

/** The selected engine: `--target`, else the root directory. */
export function resolveTarget(options: {
  readonly root?: string | undefined;
  readonly target?: string | undefined;
}): Result<TargetRef, AppError> {
  if (options.target === undefined) {
    const root = resolveRoot(options);
    if (!root.ok) return root;
    return ok(guardedEngineAt(root.value));
  }
  const ref = parseTargetId(options.target);
  return ref === null
    ? fail('input.unusable', message('cli.target-unknown', { target: options.target }), {
        hint: message('cli.see-targets'),
      })
    : ok(ref);
}

/**
 * The engine's root directory: the option, else BULKHEAD_ROOT, else the default (`defaultGuardedRoot`);
 * without one an error that explains this.
 */
export function resolveRoot(
  options: { readonly root?: string | undefined; readonly target?: string | undefined },
  env: NodeJS.ProcessEnv = process.env,
  uid = process.getuid?.(),
): Result<string, AppError> {
  if (options.target !== undefined) {
    const ref = parseTargetId(options.target);
    const root = ref === null ? null : guardedRootOf(ref);
    return root !== null
      ? ok(root)
      : fail('input.unusable', message('cli.not-an-embedded-engine', { target: options.target }), {
          hint: message('cli.name-engine-root'),
        });
  }
  const given = options.root ?? env['BULKHEAD_ROOT'];
  // `--root "$ROOT"` without a value must not select another engine.
  if (options.root?.trim() === '' && env['BULKHEAD_ROOT'] !== options.root)
    return fail('input.unusable', message('cli.root-invalid'), { reason: message('cli.root-empty') });
  if (given !== undefined && given.trim() !== '') {
    if (given.includes('\0'))
      return fail('input.unusable', message('cli.root-invalid'), {
        reason: message('cli.contains-nul-byte'),
      });
    return ok(path.resolve(given));
  }
  const usual = defaultGuardedRoot(uid);
  if (usual !== null) return ok(usual);
  return fail('input.unusable', message('cli.engine-not-named'), {
    reason: message('cli.root-not-set'),
    hint: message('cli.give-root'),
  });
}

/**
 * Path of the `bulkhead` launcher of this program (built: dist/cli → bin, source: cli → bin). Throws if there
 * is none: a broken installation.
 */
export function bulkheadCommand(): string {
  for (const up of ['../../bin/bulkhead', '../bin/bulkhead']) {
    const candidate = path.resolve(import.meta.dirname, up);
    if (existsSync(candidate)) return candidate;
  }
  throw new Error(`the bulkhead launcher is missing beside ${import.meta.dirname}`);
}

let readerNeeded = true;

/**
 * From now on the work continues even if nobody reads the output any more: an apply is not left half done for
 * `| head`, a closed terminal or a lost connection.
 */
export function continueWithoutReader(): void {
  readerNeeded = false;
  process.on('SIGHUP', () => undefined);
}

/**
 * A reader that has ended (`bulkhead audit | head`) is not our error: the program ends, unless its work must
 * continue.
 */
export function endWithReader(): void {
  onFirstUse('stdout', (stream) => {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (readerNeeded) process.exit(error.code === 'EPIPE' ? exitCodes.ok : exitCodes.failed);
    });
  });
  // Only progress messages: nothing depends on them.
  onFirstUse('stderr', (stream) => {
    stream.on('error', () => undefined);
  });
}

/** A whole number of seconds from an option, in ms. */
export function secondsOption(text: string, name: string): Result<number, AppError> {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || value <= 0 || value > 86_400) {
    return fail('input.unusable', message('cli.seconds-invalid', { name }), {
      reason: message('cli.value-given', { text }),
      hint: message('cli.seconds-example', { name }),
    });
  }
  return ok(Math.round(value * 1000));
}

/**
 * Text from other sources, for a terminal: control characters and those that change the writing direction are
 * escaped.
 */
export function printable(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
