import { execFile } from 'node:child_process';

/** Time limit of the machine's user database, which may be on another machine, ms. */
const timeoutMs = 3000;

/**
 * A line of the machine's user database (`getent`: LDAP and the like included), as /etc/passwd or /etc/group
 * would have it; null where it has none, fails, or takes too long. Never blocks anything else.
 */
export async function queryUserDatabase(database: 'passwd' | 'group', key: string): Promise<string | null> {
  for (const program of ['/usr/bin/getent', '/bin/getent']) {
    const result = await new Promise<{ readonly isInstalled: boolean; readonly line: string | null }>(
      (resolve) => {
        // An absolute path and an empty environment: PATH has no influence.
        execFile(
          program,
          [database, key],
          { timeout: timeoutMs, env: {}, maxBuffer: 1024 * 1024 },
          (error, stdout) => {
            resolve({
              isInstalled: error?.code !== 'ENOENT',
              line: error === null ? (stdout.split('\n', 1)[0] ?? null) : null,
            });
          },
        );
      },
    );
    if (result.isInstalled) return result.line;
  }
  return null;
}
