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

/**
 * Ids that processes of this machine have, or could take in the user namespace they are in; `threads`: also
 * those that a thread took for itself, which takes longer.
 */
export function idsInUse(of: 'processes' | 'threads' = 'processes', proc = '/proc'): IdSpan[] {
  const maps = new Set<string>();
  const own = new Set<number>();
  const addOwn = (status: string) => {
    for (const [, ids = ''] of status.matchAll(/^[UG]id:\t(.*)$/gm))
      for (const id of ids.split('\t')) own.add(Number(id));
  };
  for (const pid of readdirSync(proc).filter((name) => /^\d+$/.test(name))) {
    const status = read(path.join(proc, pid, 'status'));
    const hasMoreThreads = Number(/^Threads:\t(\d+)$/m.exec(status)?.[1] ?? 1) > 1;
    // A zombie process only occupies its entry in the process table, unless it is only the first thread.
    if (status === '' || (/^State:\t[ZX]/m.test(status) && !hasMoreThreads)) continue;
    addOwn(status);
    maps.add(read(path.join(proc, pid, 'uid_map')));
    if (of === 'processes' || !hasMoreThreads) continue;
    for (const thread of threadsOf(pid, proc)) addOwn(read(path.join(proc, pid, 'task', thread, 'status')));
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

/** None if the process has exited meanwhile. */
function threadsOf(pid: string, proc: string): string[] {
  try {
    return readdirSync(path.join(proc, pid, 'task'));
  } catch {
    return [];
  }
}

/** '' if it does not exist, or the process has exited meanwhile. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
