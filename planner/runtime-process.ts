import { readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { geteuid } from 'node:process';

/**
 * Whether process `pid` is our runtime at work: of the user who we are, in our own user namespace. Everybody
 * may run the program, and a container may have a file of the same name, with a number that a runtime had
 * before.
 */
export function isRuntime(pid: number, runtimeBinary: string): boolean {
  try {
    const program = readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, '');
    return program === realpathSync(runtimeBinary) && isOurs(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/**
 * By /proc/PID/status, which has the ids of the reader's namespace: the real, the effective and the
 * saved one. The fourth, that of file systems, is the container's while the runtime mounts its overlay.
 */
function isOurs(status: string): boolean {
  const ids = /^Uid:\t(\d+)\t(\d+)\t(\d+)\t\d+$/m.exec(status)?.slice(1) ?? [];
  return ids.length === 3 && ids.every((id) => Number(id) === geteuid?.());
}
