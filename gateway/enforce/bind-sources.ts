import { lstat, readlink, stat } from 'node:fs/promises';
import path from 'node:path';
import { cleanPath, isInside, type BindSourceFacts } from '../../shared/policy/bind-source.ts';
import type { EffectiveSettings } from '../../shared/settings/effective.ts';

export interface BindSourceEnvironment {
  /** Sockets of the engine and the gateway; the usual places of Docker's and containerd's are added. */
  readonly engineSockets: readonly string[];
  /** Which of them clients use; the usual places of Docker's are added. */
  readonly dockerSockets?: readonly string[];
  /** The mount whose socket a (resolved) path is; null for all else. */
  readonly socketMount?: (real: string) => string | null;
  /** Sockets that containers hold: known by inode as well, so that a hard link to one is no way in. */
  readonly mountSockets?: () => readonly string[];
  readonly engineDirectories: readonly string[];
  /** Directories that may be mounted, `$HOME` and the like resolved. */
  readonly shares: readonly string[];
  /** Why a share that is listed is none for this caller. */
  readonly shareProblem?: string;
}

/** Where an engine's socket is expected by everybody; refused by name even while nothing is there. */
const usualDockerSockets = ['/var/run/docker.sock', '/run/docker.sock'];
const usualSockets = [...usualDockerSockets, '/run/containerd/containerd.sock', '/run/docker/containerd/containerd.sock'];
const maxSymlinks = 40;

export interface Resolved { readonly real: string; readonly exists: boolean; readonly identity: string | null }
type Resolution = Resolved | { readonly problem: string };

/**
 * Follows `file` (absolute) component by component, as the kernel would. What does not exist yet is appended as it is. Refuses ways
 * through /proc, whose links mean something else to every process, and what cannot be looked at.
 */
export async function resolvePath(file: string): Promise<Resolution> {
  if (!file.startsWith('/')) return { problem: 'it is not an absolute path' };
  if (file.includes('\0')) return { problem: 'it has a NUL in it' };
  let pending = file.split('/').filter((part) => part !== '' && part !== '.');
  let at = '/';
  let links = 0;
  while (pending.length > 0) {
    const [part = '', ...rest] = pending;
    pending = rest;
    if (part === '..') { at = path.dirname(at); continue; }
    const next = at === '/' ? `/${part}` : `${at}/${part}`;
    if (isInside(next, '/proc')) return { problem: 'it leads through /proc' };
    let info;
    try {
      info = await lstat(next, { bigint: true });
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown'; // node:fs errors carry a code
      if (code !== 'ENOENT') return { problem: `${next} cannot be looked at (${code})` };
      const missing = rest.filter((name) => name !== '.');
      if (missing.includes('..')) return { problem: 'it goes up from a directory that does not exist' };
      return { real: missing.length === 0 ? next : `${next}/${missing.join('/')}`, exists: false, identity: null };
    }
    if (!info.isSymbolicLink()) { at = next; continue; }
    if (++links > maxSymlinks) return { problem: 'it has too many symbolic links' };
    const target = await readlink(next).catch(() => null);
    if (target === null) return { problem: `the link ${next} cannot be read` };
    if (target.startsWith('/')) at = '/';
    pending = [...target.split('/').filter((name) => name !== '' && name !== '.'), ...pending];
  }
  const identity = await identityOf(at);
  return identity === null ? { problem: `${at} cannot be looked at` } : { real: at, exists: true, identity };
}

async function identityOf(file: string): Promise<string | null> {
  return stat(file, { bigint: true }).then((info) => `${info.dev}:${info.ino}`, () => null);
}

function isSocket(file: string): Promise<boolean> {
  return stat(file).then((info) => info.isSocket(), () => false);
}

/** All directories above `file`, from its parent to '/'. */
function parents(file: string): string[] {
  const list: string[] = [];
  for (let at = file; at !== '/';) { at = path.dirname(at); list.push(at); }
  return list;
}

/**
 * What mounting `requested` would mean: which directory it is, whether it is, holds or belongs to the engine, and which share it is
 * in. Files and directories of the engine are recognised by inode as well as by name, so that another mount of them is no way in.
 */
export async function resolveBindSource(requested: string, environment: BindSourceEnvironment): Promise<BindSourceFacts> {
  const nothing = { requested, real: null, exists: false, isEngineSocket: false, isDockerSocket: false, socketMount: null, containsEngineSocket: false, insideEngineDirectory: false, containsEngineDirectory: false, share: null };
  const clean = cleanPath(requested);
  if (clean === null) return { ...nothing, problem: 'it is not an absolute path' };
  const found = await resolvePath(clean);
  if ('problem' in found) return { ...nothing, problem: found.problem };

  const sockets = await known([...environment.engineSockets, ...usualSockets]);
  const dockerSockets = await known([...environment.dockerSockets ?? [], ...usualDockerSockets]);
  const directories = await known(environment.engineDirectories);
  const same = (one: Resolved, file: string, identity: string | null) => one.real === file || (identity !== null && one.identity === identity);

  // What is above the source, to see whether that belongs to the engine; what is above the engine's, to see whether that is the source.
  const above: { file: string; identity: string | null }[] = [];
  for (const file of parents(found.real)) above.push({ file, identity: await identityOf(file) });
  const isAbove = async (one: Resolved) => {
    for (const file of parents(one.real)) if (same(found, file, await identityOf(file))) return true;
    return false;
  };
  const some = async (list: readonly Resolved[], test: (one: Resolved) => boolean | Promise<boolean>) => {
    for (const one of list) if (await test(one)) return true;
    return false;
  };

  const shares = await known(environment.shares);
  const share = shares.find((one) => isInside(found.real, one.real))?.real ?? null;
  const socketMount = environment.socketMount?.(found.real) ?? null;
  // Looked at for sockets only, which few sources are.
  const aliased = socketMount === null && found.exists && await isSocket(found.real)
    && (await known(environment.mountSockets?.() ?? [])).some((one) => one.identity === found.identity);
  return {
    requested, real: found.real, exists: found.exists,
    isEngineSocket: sockets.some((one) => same(one, found.real, found.identity)),
    isDockerSocket: dockerSockets.some((one) => same(one, found.real, found.identity)),
    socketMount,
    containsEngineSocket: await some(sockets, isAbove),
    insideEngineDirectory: aliased || directories.some((one) => same(one, found.real, found.identity) || above.some(({ file, identity }) => same(one, file, identity))),
    containsEngineDirectory: await some(directories, isAbove),
    share, ...(share === null && environment.shareProblem !== undefined ? { problem: environment.shareProblem } : {}),
  };
}

async function known(files: readonly string[]): Promise<Resolved[]> {
  const list = await Promise.all(files.map(resolvePath));
  return list.filter((one): one is Resolved => !('problem' in one));
}

/**
 * Whether only the machine's root can put something else in the place of `real` (resolved): everything above it is root's alone and not
 * in a shared directory, where a container could move it.
 */
export async function isSteady(real: string, shares: readonly string[]): Promise<boolean> {
  const shared = await known(shares);
  for (const directory of parents(real)) {
    const info = await stat(directory).catch(() => null);
    if (info === null || info.uid !== 0 || (info.mode & 0o022) !== 0) return false;
    if (shared.some((share) => isInside(directory, share.real))) return false;
  }
  return true;
}

/** Whether who makes a container may mount what is in his home. */
export const sharesHome = (settings: EffectiveSettings): boolean => settings.fileSharing.kind === 'default' || settings.fileSharing.directories.some(({ path: listed }) => /^\$HOME(?=\/|$)/.test(listed));

/** Why what is shared of the caller's home is not: nobody says where it is. Undefined where that makes no difference. */
export function homeProblem(settings: EffectiveSettings, uid: number | null, home: string | null): string | undefined {
  return home !== null || uid === null || !sharesHome(settings) ? undefined : `where $HOME of user ${uid} is could not be told`;
}

/** The directories that may be mounted for a caller: the settings' list, or `$HOME` and `$TMP` where there is none. */
export function sharedDirectories(settings: EffectiveSettings, home: string | null): string[] {
  const listed = settings.fileSharing.kind === 'default' ? ['$HOME', '$TMP'] : settings.fileSharing.directories.map((directory) => directory.path);
  const shares: string[] = [];
  for (const entry of listed) {
    const expanded = entry.replace(/^\$(HOME|TMP|TEMP)(?=\/|$)/, (whole, name: string) => (name === 'HOME' ? home ?? whole : '/tmp'));
    const clean = cleanPath(expanded);
    // A variable without a value, or a path of another platform: shares nothing here.
    if (clean !== null) shares.push(clean);
  }
  return shares;
}
