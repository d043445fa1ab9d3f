import type { Readable } from 'node:stream';
import { appErrorSchema } from '../../shared/app-error.ts';
import { onBoundedLines } from '../../shared/process/bounded-lines.ts';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import { message, type Message } from '../../shared/messages/message.ts';
import { dismissed, noPromptShown, notAuthorised, type ElevatedChild } from './elevator.ts';

/** Maximum length of one document of its output, characters. */
const maxOutputLength = 4 * 1024 * 1024;

/** How an elevated command ended: its exit code or why there is none, and its last output. */
export interface ElevatedEnd {
  readonly code: number | string;
  readonly stderr: string;
}

/**
 * Reads the output of an elevated command, one JSON document per line, until `take` accepts one (true) or it
 * ends before that: then returns why, by its own error if it printed one. The value is how it ends; `take`
 * gets the rest of the lines, too.
 */
export async function followCommand(
  child: ElevatedChild,
  commandName: string,
  accept: (value: unknown) => boolean,
): Promise<Result<Promise<ElevatedEnd>, AppError>> {
  let accepted = false;
  let reported: AppError | null = null;
  const ended = endOf(child);
  const first = new Promise<void>((resolve) => {
    // Its end says why there is no more output.
    child.stdout.on('error', () => undefined);
    onBoundedLines(
      child.stdout,
      (line) => {
        const value = parsed(line);
        if (accept(value)) {
          accepted = true;
          resolve();
        } else reported ??= errorIn(value);
      },
      maxOutputLength,
    );
  });
  await Promise.race([first, ended]);
  if (accepted) return ok(ended);
  return elevationFailure(await ended, `the elevated ${commandName} ended without output`, reported);
}

/**
 * Runs an elevated command that prints one JSON document. Errors: as it prints them, and why it could not
 * run.
 */
export async function readCommand<T>(
  child: ElevatedChild,
  commandName: string,
  parseOutput: (value: unknown) => T | null,
): Promise<Result<T, AppError>> {
  const [output, end] = await Promise.all([collect(child.stdout, maxOutputLength), endOf(child)]);
  const value = parseOutput(parsed(output));
  return value === null
    ? elevationFailure(end, `the elevated ${commandName} ended without output`, null)
    : ok(value);
}

/** Waits for a command and discards its output. */
export async function waitForCommand(child: ElevatedChild): Promise<ElevatedEnd> {
  child.stdout.resume();
  return endOf(child);
}

const endOf = async (child: ElevatedChild): Promise<ElevatedEnd> => {
  const [stderr, code] = await Promise.all([collect(child.stderr, 16_384), child.exited]);
  return { code, stderr: stderr.trim() };
};

/** The error for an elevated command that failed. */
export function elevationFailure(
  { code, stderr }: ElevatedEnd,
  failure: string | Message,
  reported: AppError | null,
): Result<never, AppError> {
  switch (code) {
    case dismissed:
      return fail('rights.not-root', message('app.authorization-denied'), {
        hint: message('app.enter-password'),
      });
    case notAuthorised:
      return fail('rights.not-root', message('app.user-not-authorized'), {
        ...reason(stderr),
        hint: message('app.ask-administrator'),
      });
    case noPromptShown:
      return fail('rights.not-root', message('app.authorization-failed'), {
        ...reason(stderr),
        hint: message('app.check-polkit-agent'),
      });
    default: {
      const error = reported ?? errorIn(parsed(stderr.split('\n').at(-1) ?? ''));
      return error === null ? fail('internal', failure, { reason: stderr }) : { ok: false, error };
    }
  }
}

const reason = (stderr: string): { readonly reason?: string } => (stderr === '' ? {} : { reason: stderr });

function errorIn(value: unknown): AppError | null {
  const error = appErrorSchema.safeParse(
    typeof value === 'object' && value !== null && 'error' in value ? value.error : value,
  );
  return error.success ? error.data : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function collect(stream: Readable, atMost: number): Promise<string> {
  let text = '';
  for await (const chunk of stream) text = (text + String(chunk)).slice(-atMost);
  return text;
}
