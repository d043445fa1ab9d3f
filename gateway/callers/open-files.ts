import { readFileSync } from 'node:fs';

/**
 * How many files this process may have open. Node raises the limit to the hard one at its start. Infinity
 * where it can't be told.
 */
export function openFilesLimit(): number {
  try {
    const [, soft = ''] = /^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'latin1')) ?? [];
    return /^\d+$/.test(soft) ? Number(soft) : Infinity;
  } catch {
    return Infinity;
  }
}
