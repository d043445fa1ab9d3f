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
 * A user of this machine without special rights, who may use Docker, and a fake pkexec that grants
 * root's.
 */
export interface OrdinaryUser {
  readonly name: string;
  /** The user's home directory. */
  readonly home: string;
  /** The command prefix that runs a program as this user. */
  startingAs(program: string): Promise<string>;
  /** The response to password prompts from now on; 'pending': none yet. */
  respondToPrompt(how: 'granted' | 'dismissed' | 'pending'): Promise<void>;
  /** Commands run with root's rights, one per line. */
  elevated(): Promise<readonly string[]>;
  end(): Promise<void>;
}

/**
 * Creates the user's directories. The window gets a mount namespace of its own, in which pkexec is the
 * fake, or is not installed; a copy of setpriv that belongs to root, and that only the user's group can
 * run, grants the rights as the real pkexec does. polkit itself is not part of it.
 */
export async function ordinaryUser({ pkexec }: { readonly pkexec: boolean }): Promise<OrdinaryUser> {
  const name = 'nobody';
  const root = await mkdtemp('/tmp/bh-user-');
  const at = (...names: string[]) => path.join(root, ...names);
  const [uid, gid] = [
    Number((await run('id', ['-u', name])).stdout),
    Number((await run('getent', ['group', 'docker'])).stdout.split(':')[2]),
  ];
  await chmod(root, 0o711);
  for (const own of ['bin', 'rights', 'electron']) await mkdir(at(own));
  for (const directory of ['home', 'prompts']) {
    await mkdir(at(directory));
    await chown(at(directory), uid, gid);
  }
  await copyFile(await realpath('/usr/bin/setpriv'), at('rights', 'setpriv'));
  await chown(at('rights', 'setpriv'), 0, gid);
  await chmod(at('rights', 'setpriv'), 0o4750);
  await writeFile(at('prompts', 'response'), 'granted');
  // Like the real one: no open file of the caller is passed to the command.
  await program(
    at('bin', 'pkexec'),
    `
for fd in /proc/$$/fd/*; do
  fd=\${fd##*/}; if [ "$fd" -gt 2 ] && [ "$fd" -ne 255 ]; then eval "exec $fd>&-"; fi
done
while response=$(cat ${at('prompts', 'response')}); [ "$response" = pending ]; do sleep 0.1; done
if [ "$response" = dismissed ]; then
  echo 'Error executing command as another user: Request dismissed' >&2; exit 126
fi
echo "$*" >> ${at('prompts', 'elevated')}
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
    // Atomically: a half-written response would be an unknown one.
    async respondToPrompt(how) {
      await writeFile(at('prompts', 'next'), how);
      await rename(at('prompts', 'next'), at('prompts', 'response'));
    },
    elevated: async () =>
      (await readFile(at('prompts', 'elevated'), 'utf8').catch(() => ''))
        .split('\n')
        .filter((line) => line !== ''),
    end: () => rm(root, { recursive: true, force: true }),
  };
}

async function program(file: string, body: string): Promise<void> {
  await writeFile(file, `#!/bin/bash\n${body}`);
  await chmod(file, 0o755);
}
