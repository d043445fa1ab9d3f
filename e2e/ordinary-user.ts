import { execFile } from 'node:child_process';
import {
  chmod,
  chown,
  copyFile,
  mkdir,
  mkdtemp,
  readFile,
  realpath,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const environment = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root';

/**
 * A user of this machine without special rights, who may use Docker, and a stand-in for pkexec that grants
 * root's.
 */
export interface OrdinaryUser {
  readonly name: string;
  /** A directory of his own. */
  readonly home: string;
  /** The command prefix that runs a program as this user. */
  startingAs(program: string): Promise<string>;
  /** The response to the password prompt from now on; 'waits': not yet. */
  answer(how: 'given' | 'dismissed' | 'waits'): Promise<void>;
  /** Commands run with root's rights, one per line. */
  elevated(): Promise<readonly string[]>;
  end(): Promise<void>;
}

/**
 * Creates the user's directories. The window gets a mount namespace of its own, in which pkexec is the
 * stand-in, or is not installed; a copy of setpriv that belongs to root, and that only the user's group can
 * run, grants the rights as the real pkexec does. polkit itself is not part of it.
 */
export async function ordinaryUser({ pkexec }: { readonly pkexec: boolean }): Promise<OrdinaryUser> {
  const name = 'nobody';
  const directory = await mkdtemp('/tmp/bh-user-');
  const at = (...names: string[]) => path.join(directory, ...names);
  const [uid, gid] = [
    Number((await run('id', ['-u', name])).stdout),
    Number((await run('getent', ['group', 'docker'])).stdout.split(':')[2]),
  ];
  await chmod(directory, 0o711);
  for (const own of ['bin', 'rights', 'electron']) await mkdir(at(own));
  for (const his of ['home', 'asked']) {
    await mkdir(at(his));
    await chown(at(his), uid, gid);
  }
  await copyFile(await realpath('/usr/bin/setpriv'), at('rights', 'setpriv'));
  await chown(at('rights', 'setpriv'), 0, gid);
  await chmod(at('rights', 'setpriv'), 0o4750);
  await writeFile(at('asked', 'answer'), 'given');
  // Like the real one: no open file of the caller is passed to the command.
  await program(
    at('bin', 'pkexec'),
    `
for fd in /proc/$$/fd/*; do
  fd=\${fd##*/}; if [ "$fd" -gt 2 ] && [ "$fd" -ne 255 ]; then eval "exec $fd>&-"; fi
done
while answer=$(cat ${at('asked', 'answer')}); [ "$answer" = waits ]; do sleep 0.1; done
if [ "$answer" = dismissed ]; then
  echo 'Error executing command as another user: Request dismissed' >&2; exit 126
fi
echo "$*" >> ${at('asked', 'elevated')}
exec ${at('rights', 'setpriv')} --reuid 0 --regid 0 --clear-groups \\
  env -i ${environment} PKEXEC_UID=$(id -u) nsenter --mount=/proc/${process.pid}/ns/mnt "$@"
`,
  );
  const hidden = pkexec
    ? `mount -t overlay overlay -o lowerdir=${at('bin')}:/usr/bin /usr/bin`
    : '[ ! -e /usr/bin/pkexec ] || mount --bind /dev/null /usr/bin/pkexec';
  return {
    name,
    home: at('home'),
    async startingAs(file) {
      // The runtime may be in a directory that only root can read.
      const starter = at('bin', path.basename(file));
      await program(
        starter,
        `exec unshare --mount --propagation slave sh -c '${hidden} ` +
          `&& mount --bind ${path.dirname(file)} ${at('electron')} ` +
          `&& exec setpriv --reuid ${uid} --regid ${gid} --clear-groups -- env HOME=${at('home')} ` +
          `${at('electron', path.basename(file))} "$@"' sh "$@"\n`,
      );
      return starter;
    },
    // Atomically: a half-written response would be another one.
    async answer(how) {
      await writeFile(at('asked', 'next'), how);
      await rename(at('asked', 'next'), at('asked', 'answer'));
    },
    elevated: async () =>
      (await readFile(at('asked', 'elevated'), 'utf8').catch(() => ''))
        .split('\n')
        .filter((line) => line !== ''),
    end: () => rm(directory, { recursive: true, force: true }),
  };
}

async function program(file: string, body: string): Promise<void> {
  await writeFile(file, `#!/bin/bash\n${body}`);
  await chmod(file, 0o755);
}
