import { readlinkSync, realpathSync } from 'node:fs';

/** Whether process `pid` is our runtime at work. */
export function isRuntime(pid: number, runtimeBinary: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, '') === realpathSync(runtimeBinary);
  } catch {
    return false;
  }
}
