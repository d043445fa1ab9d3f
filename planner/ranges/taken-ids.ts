import { readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { listedRanges, type IdSpan } from '../../shared/isolation/listed-ranges.ts';

// Ids of this machine that somebody else has, as far as that can be determined.

export { listedRanges, type IdSpan };

/** A map of more ids than this is none of a container manager's: the machine's own, of all ids. */
const mostMapped = 2 ** 31;

/**
 * Reads what /etc/subuid and /etc/subgid give away (to users, and to other container managers by root's
 * name); anew where they have changed.
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
    // One that ended and was not waited for yet has a place in the table only.
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

/** '' where there is none, or a process that ended meanwhile. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
