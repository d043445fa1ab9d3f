import { isUtf8 } from 'node:buffer';
import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import {
  type FileHandle,
  access,
  copyFile,
  link,
  open,
  readdir,
  rename,
  stat,
  unlink,
} from 'node:fs/promises';
import path from 'node:path';
import { shellWord } from '../../shared/process/shell-word.ts';
import { maxTextLength } from '../../shared/settings/document-limits.ts';
import { message, type Message } from '../../shared/messages/message.ts';
import {
  accessDenied,
  fail,
  notText,
  ok,
  withHint,
  type AppError,
  type AppErrorCode,
  type Result,
} from '../../shared/result.ts';
import { systemCode, systemReason } from '../../shared/process/system-code.ts';

/** A text file as found on disk. `hash` is sha256 (hex) of its bytes, '' if there is no file. */
export interface StoredText {
  readonly exists: boolean;
  readonly text: string;
  readonly hash: string;
  /**
   * Only from `readSettingsOrBytes`: the bytes of what is not text, and the error. `text` is '' then. Null:
   * there are too many, and `hash` is that of `hashLargeFile`.
   */
  readonly notText?: { readonly bytes: Uint8Array | null; readonly error: AppError };
}

export const noFile: StoredText = { exists: false, text: '', hash: '' };

/** Whether a file exists and contains exactly this text. Bytes that are not text equal no text. */
export const hasText = (stored: StoredText, text: string): boolean =>
  stored.exists && stored.notText === undefined && stored.text === text;

/** sha256 of a text's UTF-8 bytes, hex. */
export function sha256(text: string | Uint8Array): string {
  return createHash('sha256').update(text).digest('hex');
}

interface ReadOptions {
  /**
   * Reads pipes, too, and waits until their writers close them: for a file that the user named, never for an
   * engine's own.
   */
  readonly pipes?: boolean;
}

/**
 * Reads a settings text. A missing file is a value (`exists: false`), every other failure is an error:
 * `settings.too-large` above 4 MiB, `settings.unreadable` for directories, devices, missing permission and
 * bytes that aren't UTF-8. A UTF-8 byte order mark stays in the text: the linter reports and fixes it.
 */
export async function readSettings(
  file: string,
  options: ReadOptions = {},
): Promise<Result<StoredText, AppError>> {
  const bytes = await readBytes(file, options);
  if (!bytes.ok) return bytes;
  return bytes.value === null ? ok(noFile) : decode(file, bytes.value);
}

/**
 * Like `readSettings`, for the settings file of an engine: bytes that are not text, or too many, are no error
 * but `notText`, so that an apply can replace and keep them, and find out whether they have changed.
 */
export async function readSettingsOrBytes(file: string): Promise<Result<StoredText, AppError>> {
  const read = await readBytes(file);
  if (!read.ok) return read.error.code === 'settings.too-large' ? readLargeSettings(file, read.error) : read;
  const bytes = read.value;
  if (bytes === null) return ok(noFile);
  const decoded = decode(file, bytes);
  if (decoded.ok) return decoded;
  const error = withHint(decoded.error, message('enforcement.repair-or-restore'));
  return ok({ exists: true, text: '', hash: sha256(bytes), notText: { bytes, error } });
}

async function readLargeSettings(file: string, error: AppError): Promise<Result<StoredText, AppError>> {
  const advised = withHint(error, message('enforcement.repair-or-restore'));
  const replaceable = { ...advised, params: { ...advised.params, ...notText } };
  try {
    const hash = await hashLargeFile(file);
    return ok({ exists: true, text: '', hash, notText: { bytes: null, error: replaceable } });
  } catch (cause) {
    return unreadable(file, cause);
  }
}

/**
 * What identifies the content of a file that is too large to be read: a hash of its size and of its first 4
 * MiB.
 */
export async function hashLargeFile(file: string): Promise<string> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const { size } = await handle.stat();
    const beginning = await readUpTo(handle, maxTextLength + 1);
    return createHash('sha256').update(beginning).update(` ${size}`).digest('hex');
  } finally {
    await handle.close();
  }
}

/** A file of more bytes is kept by a further name of it. */
const maxCopiedBytes = 64 * 1024 * 1024;

/**
 * Keeps the content of a file under another name, which must not exist: for its owner only, as a copy. Of a
 * file of more than 64 MiB, as a further name of the same file, with its mode, so that it takes neither time
 * nor space; a program that edits it in place until it is replaced edits both.
 */
export async function keepFile(file: string, kept: string): Promise<void> {
  const { size } = await stat(file);
  if (size > maxCopiedBytes && (await tryLink(file, kept))) return;
  await copyFile(file, kept, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  const handle = await open(kept, 'r+');
  try {
    await handle.chmod(0o600);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Gives a file a further name; false if that is impossible there (another file system). */
const tryLink = (file: string, name: string): Promise<boolean> =>
  link(file, name).then(
    () => true,
    () => false,
  );

/**
 * The settings text that a stream has delivered, of which at most `maxTextLength + 1` bytes were read; `name`
 * is its name in errors. None is an error: the writer has failed, and empty settings turn everything off.
 */
export function streamedSettings(name: string, bytes: Buffer): Result<StoredText, AppError> {
  const checked = checkStream(name, bytes);
  return checked.ok ? decode(name, checked.value) : checked;
}

function checkStream(name: string, bytes: Buffer): Result<Buffer, AppError> {
  return bytes.toString('latin1').trim() === ''
    ? unreadable(name, null, message('engine.is-empty'))
    : checkLength(name, bytes);
}

function checkLength(file: string, bytes: Buffer): Result<Buffer, AppError> {
  if (bytes.length <= maxTextLength) return ok(bytes);
  return fail('settings.too-large', message('engine.settings-file-too-large', { file }), {
    reason: message('engine.size-limit', { mebibytes: maxTextLength / 2 ** 20 }),
    hint: message('engine.check-file'),
    params: { path: file },
  });
}

/** At most 4 MiB of a regular file, or of a pipe; null if there is none. */
async function readBytes(
  file: string,
  { pipes = false }: ReadOptions = {},
): Promise<Result<Buffer | null, AppError>> {
  const asPipe = pipes && (await isPipe(file));
  let handle: FileHandle;
  try {
    // Opening a pipe waits for a writer, and finds also one that has written and ended meanwhile; an open
    // that does not block, or a second one, would miss it. Where no pipe is expected, opening must not hang.
    handle = await open(file, constants.O_RDONLY | (asPipe ? 0 : constants.O_NONBLOCK));
  } catch (error) {
    return systemCode(error) === 'ENOENT' ? ok(null) : unreadable(file, error);
  }
  try {
    const found = await handle.stat();
    if (asPipe && found.isFIFO()) return checkStream(file, await readUpTo(handle, maxTextLength + 1));
    if (!found.isFile())
      return unreadable(
        file,
        null,
        message(found.isDirectory() ? 'engine.is-directory' : 'engine.not-regular-file'),
      );
    return checkLength(file, await readUpTo(handle, maxTextLength + 1));
  } catch (error) {
    return unreadable(file, error);
  } finally {
    await handle.close();
  }
}

const isPipe = (file: string): Promise<boolean> =>
  stat(file).then(
    (found) => found.isFIFO(),
    () => false,
  );

function unreadable(
  file: string,
  cause: unknown,
  reason?: Message,
  params: AppError['params'] = {},
): Result<never, AppError> {
  const isDenied = systemCode(cause) === 'EACCES';
  return fail('settings.unreadable', message('engine.file-unreadable', { file }), {
    cause,
    ...(reason === undefined ? {} : { reason }),
    hint: isDenied
      ? message('engine.run-as-reader')
      : message('engine.repair-or-move', { file: shellWord(file), moved: shellWord(`${file}.unusable`) }),
    params: { path: file, ...params, ...(isDenied ? accessDenied : {}) },
  });
}

function decode(file: string, bytes: Buffer): Result<StoredText, AppError> {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return unreadable(file, null, message('engine.is-utf-16'), notText);
  }
  // Not by a TextDecoder: Node loads its assertions and stderr with it, a quarter of its own start.
  if (!isUtf8(bytes)) return unreadable(file, null, message('engine.not-utf-8'), notText);
  return ok({ exists: true, text: bytes.toString('utf8'), hash: sha256(bytes) });
}

async function readUpTo(handle: FileHandle, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let total = 0;
  while (total < limit) {
    const chunk = Buffer.alloc(Math.min(65_536, limit - total));
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, null);
    if (bytesRead === 0) break;
    chunks.push(chunk.subarray(0, bytesRead));
    total += bytesRead;
  }
  return Buffer.concat(chunks);
}

/** Whether a path exists, and can be inspected. */
export const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

/** A name next to `file` for its replacement; `removeLeftoverTemporaries` recognizes it. */
export function temporaryBeside(file: string): string {
  return path.join(
    path.dirname(file),
    `.${path.basename(file)}.${process.pid}.${randomBytes(6).toString('hex')}.tmp`,
  );
}

/**
 * Replaces `file` as a whole or not at all: a temporary file in the same directory, fsync, rename, fsync of
 * the directory. On any failure (disk full, no permission) the old file is unchanged and the temporary one is
 * removed. `named` is the file of which users know, for the error.
 */
export async function writeFileAtomic(
  file: string,
  content: string | Uint8Array,
  options: { mode?: number; code?: AppErrorCode; named?: string } = {},
): Promise<Result<void, AppError>> {
  const temporary = temporaryBeside(file);
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(content);
      // Explicitly, since the umask would restrict a mode passed to open.
      await handle.chmod(options.mode ?? 0o644);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
    await syncDirectory(path.dirname(file));
    return ok(undefined);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    const { named = file } = options;
    const hint = writeHint(systemCode(error));
    return fail(options.code ?? 'settings.unwritable', message('app.file-unwritable', { os: named }), {
      reason: await writeReason(error, file),
      hint: (await exists(file)) ? message('engine.old-file-unchanged', { hint }) : hint,
      params: { path: named },
    });
  }
}

/** Why `file` cannot be written: the system's error may have the name of a temporary file. */
export async function writeReason(error: unknown, file: string): Promise<Message | string> {
  const denied = systemCode(error) === 'EACCES' ? await denialOf(path.dirname(path.resolve(file))) : null;
  return denied ?? systemReason(error);
}

/** Which directory keeps this user from creating a file in `directory`, or it itself; null if none does. */
async function denialOf(directory: string): Promise<Message | null> {
  const code = await accessError(directory, constants.W_OK | constants.X_OK);
  const parent = path.dirname(directory);
  if (code === 'ENOENT' && parent !== directory) return denialOf(parent);
  if (code !== 'EACCES') return null;
  const closed = await closedDirectory(directory);
  return closed === null
    ? message('engine.directory-unwritable', { directory })
    : message('engine.directory-closed', { directory: closed });
}

/** The first directory on the way to `directory`, or it itself, that this user may not search. */
async function closedDirectory(directory: string): Promise<string | null> {
  const parent = path.dirname(directory);
  const closed = parent === directory ? null : await closedDirectory(parent);
  if (closed !== null) return closed;
  return (await accessError(directory, constants.X_OK)) === 'EACCES' ? directory : null;
}

/** The code of the error of an access with this mode, '' if it is allowed. */
const accessError = (file: string, mode: number): Promise<string> =>
  access(file, mode).then(() => '', systemCode);

/** What the user can do about a write that failed with a system error's code. */
export function writeHint(code: string): Message {
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return message('engine.disk-full');
    case 'EACCES':
    case 'EPERM':
      return message('settings.run-as-writer');
    case 'EROFS':
      return message('engine.read-only-file-system');
    default:
      return message('engine.see-system-error');
  }
}

/** Makes a rename or unlink in `directory` durable. */
export async function syncDirectory(directory: string): Promise<void> {
  // Not supported on Windows: a directory can't be opened there.
  if (process.platform === 'win32') return;
  const handle = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Deletes a file durably; does nothing if there is none. */
export async function removeFile(
  file: string,
  code: AppErrorCode = 'settings.unwritable',
): Promise<Result<void, AppError>> {
  try {
    await unlink(file);
    await syncDirectory(path.dirname(file));
  } catch (error) {
    if (systemCode(error) !== 'ENOENT')
      return fail(code, message('engine.file-not-deleted', { file }), {
        cause: error,
        params: { path: file },
      });
  }
  return ok(undefined);
}

/**
 * Deletes temporary files next to `file` that killed writers left. Only while no other process can be writing
 * it (under the apply lock).
 */
export async function removeLeftoverTemporaries(file: string): Promise<void> {
  const directory = path.dirname(file);
  const names = await readdir(directory).catch(() => []);
  const prefix = `.${path.basename(file)}.`;
  for (const name of names) {
    if (name.startsWith(prefix) && /\.\d+\.[0-9a-f]{12}\.tmp$/.test(name))
      await unlink(path.join(directory, name)).catch(() => undefined);
  }
}

/**
 * Deletes a journal durably, if there is one, and temporary files left by a killed writer. Only under the
 * apply lock.
 */
export async function removeJournalFile(file: string): Promise<Result<void, AppError>> {
  await removeLeftoverTemporaries(file);
  return removeFile(file);
}
