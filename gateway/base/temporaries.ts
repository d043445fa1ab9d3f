import { lstatSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';

/** Longer than any operation takes, ms: another gateway of the engine may be at one. */
const abandonedMs = 60_000;

/** Removes the temporary files (their names begin with a dot) of interrupted operations. */
export function removeAbandonedTemporaries(directory: string): void {
  for (const name of readdirSync(directory)) {
    if (!name.startsWith('.')) continue;
    const file = path.join(directory, name);
    const info = lstatSync(file, { throwIfNoEntry: false });
    if (info !== undefined && Date.now() - info.mtimeMs > abandonedMs) rmSync(file, { force: true });
  }
}
