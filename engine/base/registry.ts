import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { rootPaths } from './root-paths.ts';
import { writeFileAtomic } from './files.ts';

/**
 * One file for each engine started since boot, named by its id, containing its root directory. Everybody may
 * read it.
 */
export const registryDirectory = '/run/bulkhead/engines';

/**
 * Lets other processes on this machine find the engine under `root`. An engine that can't be recorded runs
 * all the same, and is found through its directory.
 */
export async function recordEngine(root: string, directory = registryDirectory): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o755 });
    await writeFileAtomic(path.join(directory, rootPaths(root).id), `${path.resolve(root)}\n`);
  } catch {
    /* no permission, or no space: nothing depends on it */
  }
}

/** Roots of recorded engines, unordered. Entries whose name does not match their content are ignored. */
export async function recordedRoots(directory = registryDirectory): Promise<string[]> {
  const names = await readdir(directory).catch(() => []);
  const roots = await Promise.all(
    names.map(async (name) => {
      const root = (await readFile(path.join(directory, name), 'utf8').catch(() => '')).trim();
      return path.isAbsolute(root) && rootPaths(root).id === name ? root : null;
    }),
  );
  return roots.filter((root): root is string => root !== null);
}

/** Removes an engine whose directory is gone; only root can. */
export async function forgetEngine(root: string, directory = registryDirectory): Promise<void> {
  await rm(path.join(directory, rootPaths(root).id), { force: true }).catch(() => undefined);
}
