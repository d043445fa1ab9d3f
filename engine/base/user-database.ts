import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';

/** How long the machine's user database, which may be on another machine, may take. */
const timeoutMs = 2000;
const programs = ['/usr/bin/getent', '/bin/getent'];

/**
 * The lines of these users (names or ids), as /etc/passwd would have them: from the machine's user database
 * (`getent`: LDAP and the like included), from the file alone where it can't be queried in time. Users whom
 * nobody knows have no line.
 */
export async function passwdLines(users: readonly string[]): Promise<string> {
  for (const program of programs) {
    const entry = await new Promise<string | 'absent' | null>((resolve) => {
      // An absolute path and an empty environment: nobody's PATH decides who answers. It ends with 2 where it
      // knows some of them only.
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
 * The user's line. Null: there is no such user, or nothing but the file to ask. Rejects where the database
 * gave no answer in time: then it is not known whether there is one.
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
    throw new Error(`the machine's user database did not say who user ${uid} is (getent passwd ${uid})`);
  }
  return null;
}

/** Field 1 of the user's line in text of the form of /etc/passwd. */
export function userName(text: string, uid: number): string | null {
  const name = text
    .split('\n')
    .map((line) => line.split(':'))
    .find((fields) => fields[2] === String(uid))?.[0];
  return name === undefined || name === '' ? null : name;
}
