import { readdir } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { setSessionNiceness } from '../../scripts/session-niceness.mjs';

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
  setSessionNiceness(pid, niceness);
}
