import { readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { geteuid } from 'node:process';

/**
 * Whether process `pid` is a running instance of our runtime: with our own user id and user namespace.
 * Anybody may run the program, a container may have a file of the same name, and pids are reused.
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
 * From /proc/PID/status, whose ids are in the reader's namespace: the real, the effective and the saved one.
 * The fourth, that of file systems, is the container's while the runtime mounts its overlay.
 */
function isOurs(status: string): boolean {
  const ids = /^Uid:\t(\d+)\t(\d+)\t(\d+)\t\d+$/m.exec(status)?.slice(1) ?? [];
  return ids.length === 3 && ids.every((id) => Number(id) === geteuid?.());
}
