import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { rootPaths } from './root-paths.ts';
import { writeFileAtomic } from './files.ts';

/**
 * One file an engine that was started since the machine booted, named by its id, holding its root directory.
 * Everybody may read it.
 */
export const registryDirectory = '/run/bulkhead/engines';

/**
 * Lets others on this machine find the engine under `root`. An engine that can't be recorded runs all the
 * same, and is found by those who know its directory.
 */
export async function recordEngine(root: string, directory = registryDirectory): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o755 });
    await writeFileAtomic(path.join(directory, rootPaths(root).id), `${path.resolve(root)}\n`);
  } catch {
    /* not root's, or no room: nothing depends on it */
  }
}

/** Roots of recorded engines, in no order. Entries whose name does not fit their content are nobody's. */
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

/** Forgets an engine whose directory is gone; only root can. */
export async function forgetEngine(root: string, directory = registryDirectory): Promise<void> {
  await rm(path.join(directory, rootPaths(root).id), { force: true }).catch(() => undefined);
}
