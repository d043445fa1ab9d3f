import { readdirSync } from 'node:fs';

/**
 * How far above the highest open file descriptor to go: other threads may open more before the child is
 * started.
 */
const margin = 64;

/**
 * Entries to append to the first three of a long-lived child's `stdio`: `nullFile` (a descriptor of
 * /dev/null) replaces every file that this process may have open. Node opens its own files close-on-exec, but
 * a program around it (Electron: the display's socket, pipes between its processes) does not, and a daemon
 * would keep them open forever. Empty if there is no such program.
 */
export function coverInherited(
  nullFile: number,
  embedded = process.versions['electron'] !== undefined,
): number[] {
  if (!embedded || process.platform !== 'linux') return [];
  const open = readdirSync('/proc/self/fd').map(Number);
  return Array.from({ length: Math.max(...open) + margin - 2 }, () => nullFile);
}
