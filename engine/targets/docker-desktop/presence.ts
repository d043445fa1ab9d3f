import { respondingSocket } from './detect.ts';
import type { DesktopHost } from './host.ts';

/**
 * 'answers': its engine responds; 'silent': its processes run (it is starting, waits for a sign-in, shows an
 * error, or is quitting); 'gone': neither; 'unknown': no engine, and its processes can't be determined.
 */
export type Presence = 'answers' | 'silent' | 'gone' | 'unknown';

/** Whether Docker Desktop is running. An engine that does not respond says nothing about the application. */
export async function desktopPresence(host: DesktopHost): Promise<Presence> {
  if ((await respondingSocket(host)) !== null) return 'answers';
  const runs = await processesRun(host);
  return runs === null ? 'unknown' : runs ? 'silent' : 'gone';
}

/** Null if that can't be determined. */
async function processesRun(host: DesktopHost): Promise<boolean | null> {
  if (host.platform === 'win32') {
    const listed = await host.run(
      `${host.env['SystemRoot'] ?? 'C:\\Windows'}\\System32\\tasklist.exe`,
      ['/FO', 'CSV', '/NH'],
      { timeoutMs: 10_000 },
    );
    return listed.code === 0
      ? /^"(?:Docker Desktop|com\.docker\.backend)\.exe",/im.test(listed.stdout)
      : null;
  }
  // The whole command line, since names are cut to 15 characters; processes of this user only.
  const programs = host.locations.programs.map((program) => program.replaceAll(/[.+()[\]{}^$|\\]/g, '\\$&'));
  const user = host.user?.uid ?? process.getuid?.();
  const found = await host.run(
    '/usr/bin/pgrep',
    [...(user === undefined ? [] : ['-u', String(user)]), '-f', `^(${programs.join('|')})( |$)`],
    { timeoutMs: 10_000 },
  );
  return found.code === 0 ? true : found.code === 1 ? false : null;
}
