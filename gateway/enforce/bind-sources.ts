import { stat } from 'node:fs/promises';
import path from 'node:path';
import { cleanPath, isInside, type BindSourceFacts } from '../../shared/policy/bind-source.ts';
import type { EffectiveSettings } from '../../shared/settings/effective.ts';
import { PathLookups, type Resolution, type Resolved } from './path-lookups.ts';
import { sharesOf, type Shares } from './share-paths.ts';
import { message, type Message } from '../../shared/messages/message.ts';

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
  readonly shareProblem?: Message;
}

/** Where an engine's socket is expected by everybody; refused by name even while nothing is there. */
const usualDockerSockets = ['/var/run/docker.sock', '/run/docker.sock'];
const usualSockets = [
  ...usualDockerSockets,
  '/run/containerd/containerd.sock',
  '/run/docker/containerd/containerd.sock',
  // Whoever speaks there as an NRI plugin changes what containers get.
  '/run/docker/nri.sock',
  '/run/nri/nri.sock',
];

/** Follows a path on its own (see `PathLookups`). */
export function resolvePath(file: string): Promise<Resolution> {
  return new PathLookups().resolve(file);
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

/** The engine's places, as they are while one request is decided. */
interface EnginePaths {
  readonly sockets: PathSet;
  readonly dockerSockets: PathSet;
  readonly directories: PathSet;
  readonly shares: Shares;
}
/** Some files or directories: they, and what is above them, by path and by inode. */
interface PathSet {
  readonly list: readonly Resolved[];
  readonly identities: ReadonlySet<string>;
  readonly above: ReadonlySet<string>;
}

/**
 * Says for the sources of one request what mounting them would mean: which directory it is, whether it is,
 * holds or belongs to the engine, and which share it is in. Files and directories of the engine are
 * recognised by inode as well as by name, so that another mount of them is no way in. What several sources
 * have in common, the engine's own places first of all, is looked at once. Rejects with the reason of
 * `signal`.
 */
export function createBindSourceResolver(
  environment: BindSourceEnvironment,
  signal?: AbortSignal,
): (requested: string) => Promise<BindSourceFacts> {
  const lookups = new PathLookups(signal);
  let enginePaths: Promise<EnginePaths> | null = null;
  let mountSockets: Promise<ReadonlySet<string>> | null = null;
  return async (requested) => {
    const unresolved = {
      requested,
      real: null,
      exists: false,
      isEngineSocket: false,
      isDockerSocket: false,
      socketMount: null,
      containsEngineSocket: false,
      insideEngineDirectory: false,
      containsEngineDirectory: false,
      share: null,
    };
    const clean = cleanPath(requested);
    if (clean === null) return { ...unresolved, problem: message('policy.it-is-not-absolute-path') };
    enginePaths ??= resolveEnginePaths(environment, lookups);
    const { sockets, dockerSockets, directories, shares } = await enginePaths;
    const found = await lookups.resolve(clean);
    if ('problem' in found) return { ...unresolved, problem: found.problem };

    const share = shares.resolved.find((one) => isInside(found.real, one.real))?.real ?? null;
    const socketMount = environment.socketMount?.(found.real) ?? null;
    // Looked at for sockets only, which few sources are.
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
      exists: found.exists,
      isEngineSocket: isOneOf(found, sockets),
      isDockerSocket: isOneOf(found, dockerSockets),
      socketMount,
      containsEngineSocket: isAboveOneOf(found, sockets),
      insideEngineDirectory: aliased || isOneOf(found, directories) || isInsideOneOf(found, directories),
      containsEngineDirectory: isAboveOneOf(found, directories),
      share,
      ...(share === null ? shareProblem(environment.shareProblem, shares) : {}),
    };
  };
}

/** The same for one source alone. */
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

/** Why what is listed is not shared, where that may be why something is refused. */
function shareProblem(
  specificProblem: Message | undefined,
  { problems }: Shares,
): { readonly problem?: Message } {
  const problem = specificProblem ?? problems[0];
  return problem === undefined ? {} : { problem };
}

/**
 * Whether only the machine's root can put something else in the place of `real` (resolved): everything above
 * it is root's alone and not in a shared directory, where a container could move it.
 */
export async function isRootControlled(real: string, shares: readonly string[]): Promise<boolean> {
  const { resolved: shared } = await sharesOf(shares, new PathLookups());
  for (const directory of parents(real)) {
    const info = await stat(directory).catch(() => null);
    if (info === null || info.uid !== 0 || (info.mode & 0o022) !== 0) return false;
    if (shared.some((share) => isInside(directory, share.real))) return false;
  }
  return true;
}

/** Whether who makes a container may mount what is in his home. */
export const sharesHome = (settings: EffectiveSettings): boolean =>
  settings.fileSharing.kind === 'default' ||
  settings.fileSharing.directories.some(({ path: listed }) => /^\$HOME(?=\/|$)/.test(listed));

/**
 * Why what is shared of the caller's home is not: nobody says where it is. Undefined where that makes no
 * difference.
 */
export function homeProblem(
  settings: EffectiveSettings,
  uid: number | null,
  home: string | null,
): Message | undefined {
  return home !== null || uid === null || !sharesHome(settings)
    ? undefined
    : message('gateway.home-is-not-known', { uid });
}

/**
 * The directories that may be mounted for a caller: the settings' list, or `$HOME` and `$TMP` where there is
 * none.
 */
export function sharedDirectories(settings: EffectiveSettings, home: string | null): string[] {
  const listed =
    settings.fileSharing.kind === 'default'
      ? ['$HOME', '$TMP']
      : settings.fileSharing.directories.map((directory) => directory.path);
  const shares: string[] = [];
  for (const entry of listed) {
    const expanded = entry.replace(/^\$(HOME|TMP|TEMP)(?=\/|$)/, (whole, name: string) =>
      name === 'HOME' ? (home ?? whole) : '/tmp',
    );
    const clean = cleanPath(expanded);
    // A variable without a value, or a path of another platform: shares nothing here.
    if (clean !== null) shares.push(clean);
  }
  return shares;
}
