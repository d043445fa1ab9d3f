// Directories of the cache that take long to make: fetched or compiled once.
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import process from 'node:process';

/**
 * Makes a directory unless it exists. `make` gets an empty one beside it to work in, and resolves with the
 * path of the result below that. So the directory appears with all its content, and a failure leaves nothing.
 */
export async function makeOnce(directory, make) {
  if (existsSync(directory)) return;
  const work = `${directory}.${process.pid}.partial`;
  try {
    mkdirSync(work, { recursive: true });
    renameSync(await make(work), directory);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
