import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { appErrorSchema, fail, ok, type AppError, type Result } from '../../shared/result.ts';
import { message, type Message } from '../../shared/messages/message.ts';
import { dismissed, notAsked, notAuthorised, type ElevatedChild } from './elevator.ts';

/** How an elevated command ended: its exit code or why there is none, and its last words. */
export interface ElevatedEnd {
  readonly code: number | string;
  readonly stderr: string;
}

/**
 * Reads what an elevated command says, a JSON document a line, until `take` knows one (true) or it ends
 * without: then why, by its own error where it printed one. The value is how it ends; `take` gets the rest of
 * the lines, too.
 */
export async function followCommand(
  child: ElevatedChild,
  what: string,
  take: (value: unknown) => boolean,
): Promise<Result<Promise<ElevatedEnd>, AppError>> {
  let known = false;
  let reported: AppError | null = null;
  const ended = endOf(child);
  const first = new Promise<void>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const value = parsed(line);
      if (take(value)) {
        known = true;
        resolve();
      } else reported ??= errorIn(value);
    });
  });
  await Promise.race([first, ended]);
  if (known) return ok(ended);
  return whyNot(await ended, `the elevated ${what} ended without a word`, reported);
}

/**
 * Runs an elevated command that prints one JSON document. Errors: as it prints them, and why it could not
 * run.
 */
export async function readCommand<T>(
  child: ElevatedChild,
  what: string,
  understood: (value: unknown) => T | null,
): Promise<Result<T, AppError>> {
  const [said, end] = await Promise.all([collect(child.stdout, 4 * 1024 * 1024), endOf(child)]);
  const value = understood(parsed(said));
  return value === null ? whyNot(end, `the elevated ${what} ended without a word`, null) : ok(value);
}

/** How a command ends whose output is nobody's. */
export async function waitForCommand(child: ElevatedChild): Promise<ElevatedEnd> {
  child.stdout.resume();
  return endOf(child);
}

const endOf = async (child: ElevatedChild): Promise<ElevatedEnd> => {
  const [stderr, code] = await Promise.all([collect(child.stderr, 16_384), child.exited]);
  return { code, stderr: stderr.trim() };
};

/** Why an elevated command did not do what it was to do. */
export function whyNot(
  { code, stderr }: ElevatedEnd,
  failure: string | Message,
  reported: AppError | null,
): Result<never, AppError> {
  switch (code) {
    case dismissed:
      return fail('rights.not-root', message('app.administrator-rights-were-not-given'), {
        hint: message('app.try-again-and-enter-password'),
      });
    case notAuthorised:
      return fail('rights.not-root', message('app.this-user-may-not-get-administrator-rights'), {
        ...reason(stderr),
        hint: message('app.ask-administrator-or-run-bulkhead-as-root'),
      });
    case notAsked:
      return fail('rights.not-root', message('app.administrator-rights-could-not-be-asked-for'), {
        ...reason(stderr),
        hint: message('app.see-that-authentication-agent-of-polkit-runs'),
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
