// When a long-running program must end.
import process from 'node:process';

// npm passes SIGTERM to the shell between us, which does not forward it: an orphaned process must end, too.
const parent = process.ppid;

/** Resolves at Ctrl-C, SIGTERM or SIGHUP, and when the parent process is gone. */
export function endRequested() {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, resolve);
    setInterval(() => {
      if (process.ppid !== parent) resolve();
    }, 500).unref();
  });
}
