import { readdirSync } from 'node:fs';

/** How far above the highest file open now to go: other threads may open more before the child is there. */
const margin = 64;

/**
 * Entries to put after the first three of a long-lived child's `stdio`: `nullFile` (a descriptor of
 * /dev/null) in the place of every file this process may have open. Node opens its own close-on-exec, but a
 * program around it (Electron: the display's socket, pipes between its processes) does not, and a daemon
 * would hold them for ever. Empty where no such program is.
 */
export function coverInherited(
  nullFile: number,
  embedded = process.versions['electron'] !== undefined,
): number[] {
  if (!embedded || process.platform !== 'linux') return [];
  const open = readdirSync('/proc/self/fd').map(Number);
  return Array.from({ length: Math.max(...open) + margin - 2 }, () => nullFile);
}
