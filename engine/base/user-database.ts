import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';

/** Time limit of a query of the machine's user database, which may be on another machine. */
const timeoutMs = 2000;
const programs = ['/usr/bin/getent', '/bin/getent'];

/**
 * The lines of these users (names or ids), in the format of /etc/passwd: from the machine's user database
 * (`getent`, including LDAP and the like), from the file alone if the database can't be queried in time.
 * Unknown users have no line.
 */
export async function passwdLines(users: readonly string[]): Promise<string> {
  for (const program of programs) {
    const entry = await new Promise<string | 'absent' | null>((resolve) => {
      // An absolute path and an empty environment: no user's PATH selects the program. It exits with 2 if
      // some of the users are unknown.
      execFile(
        program,
        ['passwd', ...users],
        { timeout: timeoutMs, env: {}, maxBuffer: 1024 * 1024 },
        (error, stdout) => {
          resolve(error === null || error.code === 2 ? stdout : error.code === 'ENOENT' ? 'absent' : null);
        },
      );
    });
    if (entry === null) break;
    if (entry !== 'absent') return entry;
  }
  const local = await readFile('/etc/passwd', 'utf8').catch(() => '');
  return local
    .split('\n')
    .filter((line) => {
      const [name = '', , uid = ''] = line.split(':');
      return users.includes(name) || users.includes(uid);
    })
    .join('\n');
}

/**
 * The user's line. Null: there is no such user, or there is only the file to query. Rejects if the database
 * gave no result in time: then it is unknown whether the user exists.
 */
export async function passwdLine(uid: number): Promise<string | null> {
  for (const program of programs) {
    const limits = { timeout: timeoutMs, killSignal: 'SIGKILL', env: {}, maxBuffer: 1024 * 1024 } as const;
    const { code, stdout } = await new Promise<{ readonly code: unknown; readonly stdout: string }>(
      (resolve) => {
        execFile(program, ['passwd', String(uid)], limits, (error, text) => {
          resolve({ code: error === null ? 0 : error.code, stdout: text });
        });
      },
    );
    if (code === 'ENOENT') continue;
    if (code === 0) return stdout;
    if (code === 2) return null;
    throw new Error(
      `the machine's user database could not be queried for user ${uid} (getent passwd ${uid})`,
    );
  }
  return null;
}

/** The first field of the user's line in a text in the format of /etc/passwd. */
export function userName(text: string, uid: number): string | null {
  const name = text
    .split('\n')
    .map((line) => line.split(':'))
    .find((fields) => fields[2] === String(uid))?.[0];
  return name === undefined || name === '' ? null : name;
}
