// When a program that stays is to end.
import process from 'node:process';

// npm passes SIGTERM to the shell between us, which keeps it to itself: whoever is an orphan is to end too.
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
