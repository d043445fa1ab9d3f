import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, rename, rmdir } from 'node:fs/promises';
import { fail, ok, type AppError, type Result } from '../../../shared/result.ts';
import { systemCode } from '../../../shared/process/system-code.ts';
import { message, type Message } from '../../../shared/messages/message.ts';
import type { DesktopHost } from './host.ts';

/**
 * Directories that only administrators can write to: files in them (a journal, a backup) are processed with
 * their rights. Nothing here may be called without those rights.
 */
export interface OwnDirectories {
  /**
   * Creates `directory` if it does not exist, inaccessible to other users; refuses one that other users can
   * write to.
   */
  prepare(directory: string): Promise<Result<void, AppError>>;
  /** As above, without creating it: a missing directory is accepted. */
  check(directory: string): Promise<Result<void, AppError>>;
  /**
   * For a directory that other software (Docker Desktop) created and uses: its owner is checked, its access
   * rights are not changed. Created if it does not exist.
   */
  prepareShared(directory: string): Promise<Result<void, AppError>>;
}

export const ownDirectories = (host: DesktopHost): OwnDirectories =>
  host.platform === 'win32' ? new WindowsDirectories(host) : modeRights;

const foreign = (directory: string, hint: Message): Result<never, AppError> =>
  fail('settings.unwritable', message('desktop.directory-unsafe', { directory }), {
    reason: message('desktop.others-may-write'),
    hint,
    params: { path: directory },
  });
const unmade = (directory: string, cause: unknown): Result<never, AppError> =>
  fail('settings.unwritable', message('engine.file-not-created', { file: directory }), {
    cause,
    params: { path: directory },
  });

const checkMode = async (directory: string): Promise<Result<void, AppError>> => {
  try {
    const info = await lstat(directory);
    return info.isDirectory() && info.uid === process.getuid?.() && (info.mode & 0o022) === 0
      ? ok(undefined)
      : foreign(directory, message('desktop.set-owner-and-mode'));
  } catch (cause) {
    return systemCode(cause) === 'ENOENT' ? ok(undefined) : unmade(directory, cause);
  }
};
const makeByMode = async (directory: string): Promise<Result<void, AppError>> => {
  try {
    await mkdir(directory, { recursive: true, mode: 0o755 });
  } catch (cause) {
    return unmade(directory, cause);
  }
  return checkMode(directory);
};
const modeRights: OwnDirectories = { prepare: makeByMode, check: checkMode, prepareShared: makeByMode };

/** Administrators, the system, TrustedInstaller; the machine's own Administrator. */
const administrators = [
  'BA',
  'SY',
  'LA',
  'S-1-5-32-544',
  'S-1-5-18',
  'S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464',
];
/** Read, execute, and both, as words and as the bits of icacls' (RX). */
const readingRights = ['0x1200a9', '0x120089', '0x1200a0', 'FR', 'FX', 'FRFX', 'GR', 'GX', 'GRGX'];
/** By SIDs, since the groups' names are localized. */
const closed = [
  '/inheritance:r',
  '/grant:r',
  '*S-1-5-32-544:(OI)(CI)F',
  '*S-1-5-18:(OI)(CI)F',
  '*S-1-5-32-545:(OI)(CI)RX',
];

/**
 * Windows: in %ProgramData% every user may create files and directories, and own them; a user who creates
 * ours first would own its content. So the owner is checked, and the access control list is set by us. Not
 * run on a real Windows.
 */
class WindowsDirectories implements OwnDirectories {
  readonly #host: DesktopHost;
  readonly #system: string;

  constructor(host: DesktopHost) {
    this.#host = host;
    this.#system = `${host.env['SystemRoot'] ?? 'C:\\Windows'}\\System32`;
  }

  async check(directory: string): Promise<Result<void, AppError>> {
    const found = await this.#inspect(directory);
    if (!found.ok) return found;
    // The content of an accessible directory may come from any user.
    return found.value !== 'open' || (await readdir(directory)).length === 0
      ? ok(undefined)
      : foreign(directory, ownersHint(directory));
  }

  async prepare(directory: string): Promise<Result<void, AppError>> {
    const found = await this.#inspect(directory);
    if (!found.ok || found.value === 'closed') return found.ok ? ok(undefined) : found;
    // Only an empty one can be removed.
    if (
      found.value === 'open' &&
      !(await rmdir(directory).then(
        () => true,
        () => false,
      ))
    )
      return foreign(directory, ownersHint(directory));
    return this.#make(directory);
  }

  async prepareShared(directory: string): Promise<Result<void, AppError>> {
    const found = await this.#inspect(directory);
    return !found.ok ? found : found.value === 'none' ? this.#make(directory) : ok(undefined);
  }

  async #inspect(directory: string): Promise<Result<'none' | 'closed' | 'open', AppError>> {
    try {
      // A junction counts as a link.
      if (!(await lstat(directory)).isDirectory()) return foreign(directory, ownersHint(directory));
    } catch (cause) {
      return systemCode(cause) === 'ENOENT' ? ok('none') : unmade(directory, cause);
    }
    const found = await this.#security(directory);
    return found?.owned === true
      ? ok(found.closed ? 'closed' : 'open')
      : foreign(directory, ownersHint(directory));
  }

  /**
   * Owner and access rights as SDDL; from the framework's own class, since a cmdlet could come from a module
   * of the user's.
   */
  async #security(directory: string): Promise<Security | null> {
    const script =
      `[IO.Directory]::GetAccessControl('${directory.replaceAll("'", "''")}').GetSecurityDescriptorSddlFor` +
      "m('Owner, Access')";
    const output = await this.#host.run(
      `${this.#system}\\WindowsPowerShell\\v1.0\\powershell.exe`,
      ['-NoProfile', '-NonInteractive', '-Command', script],
      { timeoutMs: 30_000 },
    );
    return output.code === 0 ? readSecurity(output.stdout.trim()) : null;
  }

  /**
   * A directory is renamed to its final name only when it is inaccessible and empty: before, another user
   * could have put something in it.
   */
  async #make(directory: string): Promise<Result<void, AppError>> {
    const fresh = `${directory}.${randomBytes(6).toString('hex')}`;
    try {
      await mkdir(fresh);
      // Its creator owns it: on some machines the person, not the group.
      for (const args of [['/setowner', '*S-1-5-32-544'], closed]) {
        const set = await this.#icacls(fresh, args);
        if (!set.ok) return set;
      }
      const found = await this.#inspect(fresh);
      if (!found.ok) return found;
      if (found.value !== 'closed' || (await readdir(fresh)).length > 0)
        return foreign(directory, ownersHint(directory));
      await rename(fresh, directory);
      return ok(undefined);
    } catch (cause) {
      return unmade(directory, cause);
    } finally {
      await rmdir(fresh).catch(() => undefined);
    }
  }

  async #icacls(directory: string, args: readonly string[]): Promise<Result<void, AppError>> {
    const ended = await this.#host.run(`${this.#system}\\icacls.exe`, [directory, ...args], {
      timeoutMs: 30_000,
    });
    return ended.code === 0
      ? ok(undefined)
      : fail('settings.unwritable', message('desktop.rights-not-set', { directory }), {
          reason: ended.stderr.trim() || ended.stdout.trim(),
          params: { path: directory },
        });
  }
}

const ownersHint = (directory: string) => message('desktop.remove-directory', { directory });

interface Security {
  readonly owned: boolean;
  readonly closed: boolean;
}

/**
 * From an SDDL: whether the owner is an administrator, and whether others may only read, whatever the parent
 * directories allow. False for what can't be parsed.
 */
export function readSecurity(sddl: string): Security | null {
  const parts = /^O:([A-Z]{2}|S-[\d-]+)(?:G:(?:[A-Z]{2}|S-[\d-]+))?D:([A-Z]*)((?:\([^()]*\))*)$/.exec(sddl);
  if (parts === null) return null;
  const [, owner = '', flags = '', list = ''] = parts;
  const entries = [...list.matchAll(/\(([^()]*)\)/g)].map(([, entry = '']) => entry.split(';'));
  const harmless = entries.every(
    ([type, , rights = '', , , sid = '']) =>
      type === 'D' || (type === 'A' && (administrators.includes(sid) || readingRights.includes(rights))),
  );
  return {
    owned: administrators.includes(owner),
    closed: flags.includes('P') && entries.length > 0 && harmless,
  };
}
