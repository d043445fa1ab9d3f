import { execFile } from 'node:child_process';

/** Whether a name is on the bus of the user's session, or can be activated there. */
export function onSessionBus(name: string): Promise<boolean> {
  const callMethod = (method: string, args: readonly string[], accepts: (reply: string) => boolean) =>
    new Promise<boolean>((resolve) => {
      execFile(
        '/usr/bin/dbus-send',
        [
          '--session',
          '--print-reply=literal',
          '--reply-timeout=1500',
          '--dest=org.freedesktop.DBus',
          '/org/freedesktop/DBus',
          `org.freedesktop.DBus.${method}`,
          ...args,
        ],
        { timeout: 3000 },
        (error, stdout) => {
          resolve(error === null && accepts(stdout));
        },
      );
    });
  return callMethod('NameHasOwner', [`string:${name}`], (reply) => reply.includes('true')).then(
    (owned) => owned || callMethod('ListActivatableNames', [], (reply) => reply.split(/\s+/).includes(name)),
  );
}
