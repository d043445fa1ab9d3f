import { systemCode } from '../../shared/process/system-code.ts';

/** Kills a process that may just have ended by itself. */
export function killIfRunning(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (systemCode(error) !== 'ESRCH') throw error;
  }
}
