import { readFileSync } from 'node:fs';

/**
 * RLIMIT_NOFILE of this process. Node raises the soft limit to the hard one at its start. Infinity where it
 * is unknown.
 */
export function openFilesLimit(): number {
  try {
    const [, soft = ''] = /^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'latin1')) ?? [];
    return /^\d+$/.test(soft) ? Number(soft) : Infinity;
  } catch {
    return Infinity;
  }
}
