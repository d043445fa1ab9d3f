import { readFileSync, readdirSync } from 'node:fs';
import { libcFunction } from './libc.ts';

/** Constants of fcntl(2) and open(2), the same on every supported architecture. */
const setDescriptorFlags = 2;
const closeOnExec = 1;
const openedCloseOnExec = 0o2000000;

/**
 * Keeps inherited descriptors other than standard input, output and error from child processes, some of which
 * run as users: marks every descriptor above 2 as close-on-exec. Node does so for its own, and for inherited
 * ones up to the first free number. Descriptors that a child is to inherit are listed where it is started.
 * Must be called before any child is started. Returns how many it marked; throws where that is not possible.
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
