// Writes the files of a package into a directory, as they are to be installed.
import { chmodSync, cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Writes files (`{ to }` with `from`, `content` or `link`, and `mode` if it is not 0644) below `directory`.
 * Modes do not depend on the umask or on those of the sources.
 */
export function stageFiles(directory, files) {
  makeDirectory(directory);
  for (const { to, from, content, link, mode = 0o644 } of files) {
    const target = path.join(directory, to);
    makeParents(directory, path.dirname(target));
    if (link !== undefined) {
      symlinkSync(link, target);
      continue;
    }
    if (from === undefined) writeFileSync(target, content);
    else cpSync(from, target, { dereference: true });
    chmodSync(target, mode);
  }
}

function makeDirectory(directory) {
  mkdirSync(directory, { recursive: true });
  chmodSync(directory, 0o755);
}

/** Creates each directory from `top`, which exists, down to `directory`. */
function makeParents(top, directory) {
  if (directory === top) return;
  makeParents(top, path.dirname(directory));
  makeDirectory(directory);
}
