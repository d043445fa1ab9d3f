import { readFile, realpath } from 'node:fs/promises';
import { cleanPath, isInside } from '../../shared/policy/bind-source.ts';
import { defaultDeviceAt } from '../../shared/isolation/default-devices.ts';

/** A bind mount of an inspected container. */
interface Mount {
  readonly Type?: string;
  readonly Source: string;
}

/** The sources of those bind mounts that are in no shared directory. */
export type UnsharedMountFinder = (mounts: readonly Mount[]) => Promise<readonly string[]>;

/** Where homes are usually, also of users that are not in /etc/passwd. */
const usualHomes = ['/home', '/root'];
/** A file system that does not answer within this time, ms, is not waited for. */
const limitMs = 1000;

/**
 * Finds the bind mounts that the gateway would refuse for not being in a shared directory (A8). `shared`: the
 * directories of the settings, as written. Which directories are shared may depend on the user (`$HOME`): a
 * mount is found only if the gateway would refuse it to everybody.
 */
export async function createUnsharedMountFinder(shared: readonly string[]): Promise<UnsharedMountFinder> {
  const hasHome = shared.some((one) => /^\$HOME(?=\/|$)/.test(one));
  const written = shared.flatMap((one) => cleanPath(one.replace(/^\$(?:TMP|TEMP)(?=\/|$)/, '/tmp')) ?? []);
  const directories = [...written, ...(hasHome ? [...usualHomes, ...(await readHomes())] : [])];
  const resolve = createResolver();
  const places = new Set([...directories, ...(await Promise.all(directories.map(resolve)))]);
  const mayBeShared = (file: string) => [...places].some((one) => isInside(file, one));
  return async (mounts) => {
    const found: string[] = [];
    for (const { Type, Source } of mounts) {
      const source = Type === 'bind' ? cleanPath(Source) : null;
      if (source === null || defaultDeviceAt(source) !== null || isSocket(source)) continue;
      // A path outside may be a link to one inside.
      if (!mayBeShared(source) && !mayBeShared(await resolve(source)) && !found.includes(source))
        found.push(source);
    }
    return found;
  };
}

/** A Docker socket, for which other rules apply. */
const isSocket = (file: string): boolean => /(^|\/)(docker|engine)\.sock$/.test(file);

/** Homes of the users of this machine. */
async function readHomes(): Promise<readonly string[]> {
  const text = await readFile('/etc/passwd', 'utf8').catch(() => '');
  return text
    .split('\n')
    .flatMap((line) => cleanPath(line.split(':')[5] ?? '') ?? [])
    .filter((home) => home !== '/');
}

/**
 * Resolves links, one path after the other: of a file system that does not answer, only one request waits.
 * Paths that can't be resolved remain as they are.
 */
function createResolver(): (file: string) => Promise<string> {
  let last: Promise<unknown> = Promise.resolve();
  let hangs = false;
  const known = new Map<string, Promise<string>>();
  const resolveNext = async (file: string): Promise<string> => {
    if (hangs) return file;
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<string>((resolve) => {
      timer = setTimeout(() => {
        hangs = true;
        resolve(file);
      }, limitMs);
    });
    try {
      return await Promise.race([realpath(file).catch(() => file), limit]);
    } finally {
      clearTimeout(timer);
    }
  };
  return (file) => {
    const resolved = known.get(file) ?? last.then(() => resolveNext(file));
    known.set(file, resolved);
    last = resolved;
    return resolved;
  };
}
