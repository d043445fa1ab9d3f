import { readdir, writeFile } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { systemCode } from '../../engine/base/system-code.ts';

/** Niceness of a test engine's dockerd: about ten times the usual share of a processor. */
const niceness = -10;

/**
 * Gives a dockerd precedence, which has just become ready; needs root. When a short container ends, dockerd
 * cancels a reader of its output that has not opened yet, and the output is lost (docs/design/testing.md): on
 * a loaded machine, that thread may not have run until then. Its containerd, and thereby its containers, was
 * started before and stays as it is.
 */
export async function preferEngine(pid: number): Promise<void> {
  for (const thread of await readdir(`/proc/${pid}/task`)) {
    try {
      setPriority(Number(thread), niceness);
    } catch {
      // It has ended since.
    }
  }
  // With autogroup scheduling (sched(7)), that counts only among the processes of its session.
  try {
    await writeFile(`/proc/${pid}/autogroup`, String(niceness));
  } catch (error) {
    // A kernel without autogroups.
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}
