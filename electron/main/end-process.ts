import type { App } from 'electron';

/** Ends a process with an exit status, at once. */
type Exit = (exitStatus: number) => void;

/**
 * Ends the process as soon as the app has quit, without Electron's tear-down of Node and Chromium: on a busy
 * machine it was seen to run for ever (Electron 25.1.1, main thread in user space), and a process that stays
 * keeps the lock of the only instance. Nothing is lost: `will-quit` has closed what is open, and what the app
 * stores is on disk by then. A `process.exit` of the main process is Electron's, with the tear-down.
 */
export function endProcessAfterQuit(
  app: Pick<App, 'on' | 'releaseSingleInstanceLock'>,
  exit: Exit | null = immediateExit(),
): void {
  // Without it, Electron ends the process in its own way.
  if (exit === null) return;
  app.on('quit', (_event, exitStatus) => {
    // Its files would remain otherwise.
    app.releaseSingleInstanceLock();
    exit(exitStatus);
  });
}

/** Node's own exit, which is not documented; null where this Electron does not have it. */
function immediateExit(): Exit | null {
  const exit: unknown = Reflect.get(process, 'reallyExit');
  return typeof exit === 'function'
    ? (exitStatus) => {
        Reflect.apply(exit, process, [exitStatus]);
      }
    : null;
}
