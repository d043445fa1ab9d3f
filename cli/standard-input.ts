import { fstatSync } from 'node:fs';
import { message, type Message } from '../shared/messages/message.ts';
import { fail, ok, type AppError, type AppErrorCode, type Result } from '../shared/result.ts';

/** The name of standard input in errors and findings. */
export const standardInputName = '<stdin>';

const names: ReadonlySet<string> = new Set(['-', '/dev/stdin', '/dev/fd/0', '/proc/self/fd/0']);

/** Whether a file given as argument is standard input; a file of that name is `./-`. */
export const isStandardInput = (file: string | undefined): boolean => file !== undefined && names.has(file);

/** Refuses a directory, a device, and a terminal: nobody would know that a text is to be typed. */
function requireStandardInput(): Result<void, AppError> {
  const found = fstatSync(0);
  if (found.isFile() || found.isFIFO() || found.isSocket()) return ok(undefined);
  if (found.isDirectory())
    return unreadable('settings.unreadable', { reason: message('engine.is-directory') });
  return process.stdin.isTTY
    ? unreadable('input.unusable', { reason: message('cli.stdin-is-terminal') })
    : unreadable('settings.unreadable', { reason: message('cli.not-file-or-pipe') });
}

/**
 * What standard input delivers, `limit` bytes at most: by Node's stream, which waits where it would block.
 */
export async function readStandardInput(limit: number): Promise<Result<Buffer, AppError>> {
  const usable = requireStandardInput();
  if (!usable.ok) return usable;
  const chunks: Buffer[] = [];
  let total = 0;
  try {
    for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      total += chunk.length;
      if (total >= limit) break;
    }
  } catch (cause) {
    return unreadable('settings.unreadable', { cause });
  }
  return ok(Buffer.concat(chunks).subarray(0, limit));
}

const unreadable = (code: AppErrorCode, why: { readonly reason: Message } | { readonly cause: unknown }) =>
  fail(code, message('engine.file-unreadable', { file: standardInputName }), why);
