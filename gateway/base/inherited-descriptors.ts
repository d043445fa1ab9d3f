import { readFileSync, readdirSync } from 'node:fs';
import { libcFunction } from './libc.ts';

/** fcntl(2) and open(2), the same on every architecture that we run on. */
const setDescriptorFlags = 2;
const closeOnExec = 1;
const openedCloseOnExec = 0o2000000;

/**
 * Keeps what this process was given beyond standard input, output and error from the programs that it starts,
 * some of which run as users: marks every descriptor above 2 as close-on-exec. Node does so with its own, and
 * with inherited ones up to the first number that is free. What is handed down on purpose is named where a
 * child is started. To be called before anything is started. Returns how many it marked; throws where that is
 * not possible.
 */
export function markInheritedDescriptors(): number {
  if (process.platform !== 'linux') return 0;
  const numbers = readdirSync('/proc/self/fd').map(Number);
  const open = numbers.filter((fd) => fd > 2 && isInheritable(fd));
  if (open.length === 0) return 0;
  const declaration = 'int fcntl(int fd, int command, ...)';
  const fcntl =
    libcFunction<(fd: number, command: number, type: 'int', flags: number) => number>(declaration);
  for (const fd of open) {
    if (fcntl?.(fd, setDescriptorFlags, 'int', closeOnExec) === 0) continue;
    // Node's own threads open files without the flag and close them again: OpenSSL reads certificates so.
    if (isInheritable(fd)) {
      throw new Error(`the inherited descriptor ${fd} cannot be kept from the programs that are started`);
    }
  }
  return open.length;
}

function isInheritable(fd: number): boolean {
  try {
    const info = readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8');
    const [, flags = '0'] = /^flags:\s*([0-7]+)$/m.exec(info) ?? [];
    return (parseInt(flags, 8) & openedCloseOnExec) === 0;
  } catch {
    return false; // closed by now
  }
}
