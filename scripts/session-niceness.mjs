import { writeFileSync } from 'node:fs';

/**
 * Sets the niceness of a process's session as a whole, to other sessions: with autogroup scheduling
 * (sched(7)), which most kernels have on, that of a process counts only within its session. Does nothing
 * where that is not possible: everything works without, but slower or less evenly.
 *
 * @param {number} pid
 * @param {number} niceness
 */
export function setSessionNiceness(pid, niceness) {
  try {
    writeFileSync(`/proc/${pid}/autogroup`, String(niceness));
  } catch {
    /* Another system, a kernel without autogroups, or the process has ended. */
  }
}
