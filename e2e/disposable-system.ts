import { execFile, spawn } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const userName = 'bulkhead-test';

/**
 * The programs and users of this machine below a layer of their own, in namespaces of their own: packages are
 * installed and users added there for real, and are gone with it. It has one user without special rights,
 * none of the machine's embedded engines, and shares network, /tmp and devices with it.
 */
export interface DisposableSystem {
  readonly user: { readonly uid: number; readonly gid: number; readonly home: string };
  /** Command and arguments that run a command in it, as root or as its user; add environment with `env`. */
  as(who: 'root' | 'user'): readonly [string, ...string[]];
  /** Runs a command in it as root. Resolves with its output; rejects with stderr in the message. */
  run(command: string, ...args: readonly string[]): Promise<string>;
  /** The path of a file in it for this process, which runs as root. */
  file(name: string): string;
  /** Ends all its processes and removes it. */
  end(): Promise<void>;
}

/** Below these, changes go to the layer. Below others they would reach the machine. */
const changeable = ['usr', 'etc', 'var/lib/dpkg', 'var/cache', 'var/log'];

const mountLayers = `set -e
for tree in ${changeable.join(' ')}; do
  mkdir -p "$1/$tree/upper" "$1/$tree/work"
  mount -t overlay overlay -o "lowerdir=/$tree,upperdir=$1/$tree/upper,workdir=$1/$tree/work" "/$tree"
done
for engines in /var/lib/bulkhead /run/bulkhead; do
  [ ! -d $engines ] || mount -t tmpfs -o mode=0711 none $engines
done
echo mounted
exec cat`;

/** Creates one. Always pair with `end`. */
export async function disposableSystem(): Promise<DisposableSystem> {
  const directory = await mkdtemp('/tmp/bulkhead-system-');
  const [layers, home] = [path.join(directory, 'layers'), path.join(directory, 'home')];
  await chmod(directory, 0o711);
  await mkdir(layers, { mode: 0o700 });
  await mkdir(home);
  // Ends with its input, so with this process. Its mounts are slaves, not private: a copy of another engine's
  // lxcfs that is never unmounted here would keep that lxcfs running.
  const holder = spawn(
    'unshare',
    ['--mount', '--propagation=slave', '--pid', '--fork', '--kill-child', '--mount-proc'].concat([
      'sh',
      '-c',
      mountLayers,
      'sh',
      layers,
    ]),
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const ended = new Promise<void>((resolve) => {
    holder.once('exit', () => {
      resolve();
    });
  });
  await new Promise<void>((resolve, reject) => {
    holder.stdout.once('data', () => {
      resolve();
    });
    void ended.then(() => {
      reject(new Error('the layers could not be mounted'));
    });
  });
  const children = await readFile(`/proc/${holder.pid}/task/${holder.pid}/children`, 'utf8');
  const pid = children.trim();
  const enter = ['--target', pid, '--mount', '--pid', '--'];
  const asRoot = ['nsenter', ...enter] as const;
  const runAsRoot = async (command: string, ...args: readonly string[]) =>
    (await run('nsenter', [...enter, command, ...args])).stdout;
  await runAsRoot('useradd', '--no-create-home', '--home-dir', home, '--shell', '/bin/sh', userName);
  const [uid, gid] = (await runAsRoot('sh', '-c', `id -u ${userName}; id -g ${userName}`))
    .trim()
    .split('\n')
    .map(Number);
  if (uid === undefined || gid === undefined) throw new Error(`there is no user ${userName}`);
  await chown(home, uid, gid);
  const identity = ['--reuid', String(uid), '--regid', String(gid), '--init-groups', '--reset-env'];
  return {
    user: { uid, gid, home },
    as: (who) => (who === 'root' ? [...asRoot] : [...asRoot, 'setpriv', ...identity, '--']),
    run: runAsRoot,
    file: (name) => path.join(`/proc/${pid}/root`, name),
    async end() {
      holder.stdin.end();
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}
