import { readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { listedRanges, type IdSpan } from '../../shared/isolation/listed-ranges.ts';

// Ids of this machine that are assigned or in use, as far as that can be determined.

export { listedRanges, type IdSpan };

/** A larger map is not one of a container manager: the machine's own maps all ids. */
const mostMapped = 2 ** 31;

/**
 * Reads the ids assigned in /etc/subuid and /etc/subgid (to users, and to other container managers under
 * root's name); reads them again when the files have changed.
 */
export function listedIds(etc = '/etc'): () => readonly IdSpan[] {
  const files = ['subuid', 'subgid'].map((name) => path.join(etc, name));
  let previous = '';
  let spans: readonly IdSpan[] = [];
  return () => {
    const now = files
      .map((file) => {
        const stat = statSync(file, { throwIfNoEntry: false });
        return stat === undefined ? '' : `${stat.ino} ${stat.mtimeMs} ${stat.size}`;
      })
      .join();
    if (now !== previous) spans = files.flatMap((file) => listedRanges(read(file)));
    previous = now;
    return spans;
  };
}

/** Ids that processes of this machine have, or could take in the user namespace they are in. */
export function idsInUse(proc = '/proc'): IdSpan[] {
  const maps = new Set<string>();
  const own = new Set<number>();
  for (const pid of readdirSync(proc).filter((name) => /^\d+$/.test(name))) {
    const status = read(path.join(proc, pid, 'status'));
    // A zombie process only occupies its entry in the process table.
    if (status === '' || /^State:\t[ZX]/m.test(status)) continue;
    for (const [, ids = ''] of status.matchAll(/^[UG]id:\t(.*)$/gm))
      for (const id of ids.split('\t')) own.add(Number(id));
    maps.add(read(path.join(proc, pid, 'uid_map')));
  }
  const mapped = [...maps]
    .join('\n')
    .split('\n')
    .flatMap((line) => {
      const [, start = NaN, count = NaN] = line.trim().split(/\s+/).map(Number);
      return count < mostMapped ? [{ start, count }] : [];
    });
  return [...mapped, ...[...own].map((start) => ({ start, count: 1 }))];
}

/** '' if it does not exist, or the process has exited meanwhile. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
