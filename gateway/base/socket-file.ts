import { randomBytes } from 'node:crypto';
import { chmod, chown, link, lstat, readFile, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import { message } from '../../shared/messages/message.ts';
import { queryUserDatabase } from './getent.ts';
import { systemCode } from '../../shared/process/system-code.ts';

/** A socket file that this process created. */
export interface OwnedSocket {
  /** Removes the file, unless it was replaced. */
  remove(): Promise<void>;
}

/** Maximum length of a unix socket's path (sun_path without its NUL), bytes. */
const maxPathBytes = 107;

/**
 * A unique name in the same directory, not longer than `file`'s, which may be at the limit.
 */
export function temporaryName(file: string): string {
  const length = Math.max(6, Math.min(path.basename(file).length, 16));
  return path.join(
    path.dirname(file),
    `.${randomBytes(8)
      .toString('hex')
      .slice(0, length - 1)}`,
  );
}

/**
 * Removes a stale socket. Fails for one that a process listens on, and for any other kind of file.
 */
export async function removeStaleSocket(file: string): Promise<Result<void, AppError>> {
  if (Buffer.byteLength(file) > maxPathBytes) {
    return fail('engine.start-failed', message('gateway.listen-failed', { file }), {
      hint: message('gateway.socket-path-limit', { maxPathBytes }),
    });
  }
  const info = await lstat(file).catch(() => null);
  if (info === null) return ok(undefined);
  if (!info.isSocket())
    return fail('engine.start-failed', message('gateway.not-a-socket', { file }), {
      hint: message('gateway.move-or-listen-elsewhere'),
    });
  const isServed = await new Promise<boolean>((resolve) => {
    const probe = connect(file);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT');
    });
  });
  if (isServed) return alreadyServed(file);
  try {
    await unlink(file);
    return ok(undefined);
  } catch (error) {
    return fail('engine.start-failed', message('gateway.leftover-socket-not-removed', { file }), {
      cause: error,
    });
  }
}

function alreadyServed(file: string): Result<never, AppError> {
  return fail('engine.already-running', message('gateway.address-in-use', { file }), {
    hint: message('gateway.stop-or-listen-elsewhere'),
  });
}

/**
 * Sets the permissions of a listening socket, then links it to its name. Never replaces an existing file.
 */
export async function publishSocket(
  temporary: string,
  file: string,
  group: string,
  log: (line: string) => void,
): Promise<Result<OwnedSocket, AppError>> {
  try {
    await setGroup(temporary, group, log);
    await link(temporary, file);
    return ok(await ownedSocket(file));
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return alreadyServed(file);
    return fail('engine.start-failed', message('gateway.socket-not-created', { file }), {
      cause: error,
      hint: message('gateway.check-directory-rights'),
    });
  } finally {
    await unlink(temporary).catch(() => undefined);
  }
}

/** The existing file, as a socket of this process. */
export async function ownedSocket(file: string): Promise<OwnedSocket> {
  const identity = await socketIdentity(file);
  return {
    remove: async () => {
      if (identity !== null && (await socketIdentity(file)) === identity)
        await unlink(file).catch(() => undefined);
    },
  };
}

/** The file's identity, `device:inode`; null: it does not exist. */
export async function socketIdentity(file: string): Promise<string | null> {
  const info = await lstat(file, { bigint: true }).catch(() => null);
  return info === null ? null : `${info.dev}:${info.ino}`;
}

/**
 * The id of a group of this machine: by /etc/group, else by the machine's user database (LDAP and the like).
 * Null where neither has one of that name.
 */
export async function groupId(group: string): Promise<number | null> {
  const local = await readFile('/etc/group', 'utf8').catch(() => '');
  return parseGroupId(local, group) ?? parseGroupId((await queryUserDatabase('group', group)) ?? '', group);
}

/** Field 3 of the group's line in text of the form of /etc/group. */
function parseGroupId(text: string, group: string): number | null {
  const gid = text
    .split('\n')
    .map((line) => line.split(':'))
    .find((fields) => fields[0] === group)?.[2];
  return gid !== undefined && /^\d{1,10}$/.test(gid) ? Number(gid) : null;
}

async function setGroup(file: string, group: string, log: (line: string) => void): Promise<void> {
  const gid = await groupId(group);
  try {
    if (gid !== null && process.getuid?.() === 0) {
      await chown(file, 0, gid);
      await chmod(file, 0o660);
    } else await chmod(file, 0o600);
  } catch (error) {
    log(`the rights of ${file} could not be set: ${error instanceof Error ? error.message : String(error)}`);
  }
}
