import { stat } from 'node:fs/promises';
import path from 'node:path';
import { isDefaultDevice } from '../../shared/isolation/default-devices.ts';
import { cleanPath, isInside, type BindSourceFacts } from '../../shared/policy/bind-source.ts';
import { listedPaths, type EffectiveSettings } from '../../shared/settings/effective.ts';
import { remoteMountAbove } from '../base/mount-table.ts';
import { PathLookups, type Resolution, type Resolved } from './path-lookups.ts';
import { sharesOf, type Shares } from './share-paths.ts';
import { message, type Message } from '../../shared/messages/message.ts';

export interface BindSourceEnvironment {
  /** Sockets of the engine and the gateway; the usual paths of Docker's and containerd's are added. */
  readonly engineSockets: readonly string[];
  /** Those of them that clients use; the usual paths of Docker's are added. */
  readonly dockerSockets?: readonly string[];
  /** The mount whose socket a (resolved) path is; null for all else. */
  readonly socketMount?: (real: string) => string | null;
  /** Sockets of containers: compared by inode as well, so that a hard link does not bypass the check. */
  readonly mountSockets?: () => readonly string[];
  readonly engineDirectories: readonly string[];
  /** The user who gets the refusal; null: not known. Missing: somebody who may see every path. */
  readonly caller?: number | null;
  /** Who is charged for look-ups on file systems that may hang. Default: root. */
  readonly account?: string;
  /** Directories that may be mounted, `$HOME` and the like resolved. */
  readonly shares: readonly string[];
  /** Why a listed share does not apply to this caller. */
  readonly shareProblem?: Message;
}

/** Well-known paths of engine sockets; refused by name even while nothing exists there. */
const usualDockerSockets = ['/var/run/docker.sock', '/run/docker.sock'];
const usualSockets = [
  ...usualDockerSockets,
  '/run/containerd/containerd.sock',
  '/run/docker/containerd/containerd.sock',
  // A client there acts as an NRI plugin, which can change containers.
  '/run/docker/nri.sock',
  '/run/nri/nri.sock',
];

/** Follows a path on its own (see `PathLookups`, also for `account`). */
export function resolvePath(file: string, account?: string): Promise<Resolution> {
  return new PathLookups(undefined, account).resolve(file);
}

/** All directories above `file`, from its parent to '/'. */
function parents(file: string): string[] {
  const list: string[] = [];
  for (let at = file; at !== '/';) {
    at = path.dirname(at);
    list.push(at);
  }
  return list;
}

/** The engine's paths, resolved once for a request. */
interface EnginePaths {
  readonly sockets: PathSet;
  readonly dockerSockets: PathSet;
  readonly directories: PathSet;
  readonly shares: Shares;
}
/** Files or directories, and their parent directories, by path and by inode. */
interface PathSet {
  readonly list: readonly Resolved[];
  readonly identities: ReadonlySet<string>;
  readonly above: ReadonlySet<string>;
}

/**
 * Creates the resolver of the bind sources of one request: which directory a source is, whether it is,
 * contains or belongs to a path of the engine, and which share it is in. Paths of the engine are compared by
 * inode as well as by name, so that another mount of them does not bypass the check. Common parents, and the
 * engine's own paths, are looked up once. Rejects with the reason of `signal`.
 */
export function createBindSourceResolver(
  environment: BindSourceEnvironment,
  signal?: AbortSignal,
): (requested: string) => Promise<BindSourceFacts> {
  const lookups = new PathLookups(signal, environment.account);
  let enginePaths: Promise<EnginePaths> | null = null;
  let mountSockets: Promise<ReadonlySet<string>> | null = null;
  return async (requested) => {
    const unresolved = {
      requested,
      real: null,
      isHidden: false,
      exists: false,
      isEngineSocket: false,
      isDockerSocket: false,
      socketMount: null,
      containsEngineSocket: false,
      insideEngineDirectory: false,
      containsEngineDirectory: false,
      share: null,
      isDefaultDevice: false,
    };
    const clean = cleanPath(requested);
    if (clean === null) return { ...unresolved, problem: message('policy.path-not-absolute') };
    enginePaths ??= resolveEnginePaths(environment, lookups);
    const { sockets, dockerSockets, directories, shares } = await enginePaths;
    const found = await lookups.resolve(clean, environment.caller);
    if ('problem' in found) return { ...unresolved, problem: found.problem, isHidden: found.isHidden };

    const share = shares.resolved.find((one) => isInside(found.real, one.real))?.real ?? null;
    const socketMount = environment.socketMount?.(found.real) ?? null;
    // Only for sockets, which few sources are.
    if (socketMount === null && found.socket)
      mountSockets ??= resolvePathSet(environment.mountSockets?.() ?? [], lookups).then(
        ({ identities }) => identities,
      );
    const aliased =
      socketMount === null &&
      found.socket &&
      found.identity !== null &&
      (await mountSockets)?.has(found.identity) === true;
    return {
      requested,
      real: found.real,
      isHidden: found.isHidden,
      exists: found.exists,
      isEngineSocket: isOneOf(found, sockets),
      isDockerSocket: isOneOf(found, dockerSockets),
      socketMount,
      containsEngineSocket: isAboveOneOf(found, sockets),
      insideEngineDirectory: aliased || isOneOf(found, directories) || isInsideOneOf(found, directories),
      containsEngineDirectory: isAboveOneOf(found, directories),
      share,
      // The planner binds a file of its own by that name.
      isDefaultDevice: isDefaultDevice(found.real, found.characterDevice),
      ...(share === null ? shareProblem(environment.shareProblem, shares) : {}),
    };
  };
}

/** Resolves a single source. */
export function resolveBindSource(
  requested: string,
  environment: BindSourceEnvironment,
): Promise<BindSourceFacts> {
  return createBindSourceResolver(environment)(requested);
}

async function resolveEnginePaths(
  environment: BindSourceEnvironment,
  lookups: PathLookups,
): Promise<EnginePaths> {
  return {
    sockets: await resolvePathSet([...environment.engineSockets, ...usualSockets], lookups),
    dockerSockets: await resolvePathSet(
      [...(environment.dockerSockets ?? []), ...usualDockerSockets],
      lookups,
    ),
    directories: await resolvePathSet(environment.engineDirectories, lookups),
    shares: await sharesOf(environment.shares, lookups),
  };
}

async function resolvePathSet(files: readonly string[], lookups: PathLookups): Promise<PathSet> {
  const list = await resolveExisting(files, lookups);
  return {
    list,
    identities: new Set(list.flatMap(({ identity }) => (identity === null ? [] : [identity]))),
    above: new Set(list.flatMap((one) => [...parents(one.real), ...one.above()])),
  };
}

const isOneOf = (found: Resolved, { list, identities }: PathSet): boolean =>
  list.some((one) => one.real === found.real) || (found.identity !== null && identities.has(found.identity));
const isAboveOneOf = (found: Resolved, { above }: PathSet): boolean =>
  above.has(found.real) || (found.identity !== null && above.has(found.identity));
function isInsideOneOf(found: Resolved, { list, identities }: PathSet): boolean {
  if (list.some((one) => isInside(found.real, one.real))) return true;
  for (const identity of found.above()) if (identities.has(identity)) return true;
  return false;
}

async function resolveExisting(files: readonly string[], lookups: PathLookups): Promise<Resolved[]> {
  const list = await Promise.all(files.map((file) => lookups.resolve(file)));
  return list.filter((one): one is Resolved => !('problem' in one));
}

/** The reason why a listed share does not apply, for a source that is in no share. */
function shareProblem(
  specificProblem: Message | undefined,
  { problems }: Shares,
): { readonly problem?: Message } {
  const problem = specificProblem ?? problems[0];
  return problem === undefined ? {} : { problem };
}

/**
 * Whether only the machine's root can replace `real` (resolved): all its parent directories are writable for
 * root alone, and none is in a shared directory, where a container could move it.
 */
export async function isRootControlled(
  real: string,
  shares: readonly string[],
  account?: string,
): Promise<boolean> {
  const lookups = new PathLookups(undefined, account);
  const { resolved: shared } = await sharesOf(shares, lookups);
  for (const directory of parents(real)) {
    if (!(await isWritableForRootAlone(directory, lookups))) return false;
    if (shared.some((share) => isInside(directory, share.real))) return false;
  }
  return true;
}

async function isWritableForRootAlone(directory: string, lookups: PathLookups): Promise<boolean> {
  if (remoteMountAbove(directory) === null) {
    const info = await stat(directory).catch(() => null);
    return info !== null && info.uid === 0 && (info.mode & 0o022) === 0;
  }
  const info = await lookups.lookUp(directory);
  return info.kind === 'other' && info.uid === 0n && (info.mode & 0o022n) === 0n;
}

/** Whether the creator of a container may mount directories of their home. */
export const sharesHome = (settings: EffectiveSettings): boolean =>
  settings.fileSharing.kind === 'default' ||
  settings.fileSharing.directories.some(({ path: listed }) => /^\$HOME(?=\/|$)/.test(listed));

/**
 * Why shares in the caller's home do not apply: its path is unknown. Undefined where that makes no
 * difference.
 */
export function homeProblem(
  settings: EffectiveSettings,
  uid: number | null,
  home: string | null,
): Message | undefined {
  return home !== null || uid === null || !sharesHome(settings)
    ? undefined
    : message('gateway.home-unknown', { uid });
}

/**
 * The directories that may be mounted for a caller: the settings' list, or `$HOME` and `$TMP` where there is
 * none.
 */
export function sharedDirectories(settings: EffectiveSettings, home: string | null): string[] {
  const shares: string[] = [];
  for (const entry of listedPaths(settings)) {
    const expanded = entry.replace(/^\$(HOME|TMP|TEMP)(?=\/|$)/, (whole, name: string) =>
      name === 'HOME' ? (home ?? whole) : '/tmp',
    );
    const clean = cleanPath(expanded);
    // A variable without a value, or a path of another platform: shares nothing here.
    if (clean !== null) shares.push(clean);
  }
  return shares;
}
