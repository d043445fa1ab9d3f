import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { howEnded, killAndWait, type VirtualMachine, type VirtualMachineFiles } from './virtual-machine.ts';

/** The guest's own address, and this machine's in the network of the two. Also in the guest's image. */
export const guestAddress = '10.99.0.2';
const hostAddress = '10.99.0.1';
const memoryMegabytes = 4096;

/**
 * `security`: without it, the first module in the kernel's list is in force. `io_uring_disabled`: Linux 7.2
 * loses track of its mappings there ("Bad page map"), and processes of the guest crash. `seccomp=auto`:
 * system calls of the guest's processes are redirected by seccomp where this machine's kernel can, which is
 * faster than ptrace.
 */
const kernelParameters = [
  'root=/dev/ubda',
  'rw',
  'rootflags=noinit_itable',
  'quiet',
  `mem=${memoryMegabytes}M`,
  'seccomp=auto',
  'sysctl.kernel.io_uring_disabled=2',
  'apparmor=1',
  'security=apparmor',
  'con=null',
  'con0=null,fd:1',
  'con1=null,fd:1',
  'console=tty1',
  'vec0:transport=tap,ifname=tap0,depth=128,gro=1',
];

/**
 * Run in namespaces of its own: the network device, and a file system for the guest's memory, whose size on
 * this machine may be too small. Its descriptor 3 is open until all of the guest has ended.
 */
const setUpAndRun = `set -e
mount -t tmpfs -o size=${memoryMegabytes + 256}m,mode=700 tmpfs /dev/shm
ip link set lo up
ip tuntap add dev tap0 mode tap
ip address add ${hostAddress}/24 dev tap0
ip link set tap0 up
echo ready >&3
exec "$@"`;

export interface UserModeLinuxOptions extends VirtualMachineFiles {
  /** linux.uml of Debian's package user-mode-linux. */
  readonly program: string;
}

/**
 * Starts a User Mode Linux: the guest's kernel is a process of this machine, and its processes run on this
 * machine's processor itself. It has a network of its own with this machine, and nothing else to connect to.
 * All of it runs on one processor: a switch to another one at each of the guest's system calls takes most of
 * the time. It ends with this process, however that ends. Throws if its network cannot be made.
 */
export async function startUserModeLinux(options: UserModeLinuxOptions): Promise<VirtualMachine> {
  const start = async () => {
    const child = spawnIn(options);
    // Before that, nsenter would find this machine's own network.
    const [first] = await Promise.race([once(stdioAt(child, 3), 'data'), once(child, 'close')]);
    if (!Buffer.isBuffer(first))
      throw new Error(
        `User Mode Linux did not start (${howEnded(child)}): ` +
          readFileSync(options.consoleLog, 'utf8').slice(-500),
      );
    return child;
  };
  let machine = await start();
  return {
    disk: { device: '/dev/ubda', major: 98 },
    ssh: {
      get prefix() {
        return ['nsenter', `--net=/proc/${machine.pid}/ns/net`];
      },
      host: guestAddress,
      port: 22,
    },
    get ended() {
      return howEnded(machine);
    },
    loadPauseSeconds: 4,
    // At a reboot it would execute itself with its network device still open, and could not open it again.
    rebootCommand: 'systemctl poweroff',
    async reboot(timeoutMs) {
      if (howEnded(machine) === null)
        await once(machine, 'close', { signal: AbortSignal.timeout(timeoutMs) }).catch((cause: unknown) => {
          throw new Error(`the machine did not power off within ${timeoutMs / 1000} s`, { cause });
        });
      machine = await start();
    },
    async powerCycle() {
      await killAndWait(machine);
      machine = await start();
    },
    recoverBoot: () => false,
    releaseFiles: () => Promise.resolve(),
    stop: () => killAndWait(machine),
  };
}

function spawnIn({ program, directory, disk, consoleLog }: UserModeLinuxOptions): ChildProcess {
  const console = openSync(consoleLog, 'a');
  try {
    const args = [
      ...['--pdeathsig', 'KILL'],
      ...['taskset', '--cpu-list', lastProcessor()],
      ...['unshare', '--net', '--pid', '--mount-proc', '--kill-child=KILL', 'sh', '-c', setUpAndRun, 'sh'],
      ...[program, `ubd0=${path.join(directory, 'disk.cow')},${disk}`, `uml_dir=${directory}/`],
      ...kernelParameters,
    ];
    return spawn('setpriv', args, {
      stdio: ['ignore', console, console, 'pipe'],
      env: { ...process.env, TMPDIR: '/dev/shm' },
    });
  } finally {
    closeSync(console);
  }
}

/** A pipe from a child. */
function stdioAt(child: ChildProcess, descriptor: number): Readable {
  const stream = child.stdio[descriptor];
  if (stream === null || stream === undefined || !('read' in stream))
    throw new Error(`descriptor ${descriptor} is no pipe`);
  return stream;
}

/** The number of the last processor that this process may run on. */
function lastProcessor(): string {
  const status = readFileSync('/proc/self/status', 'utf8');
  const last = /^Cpus_allowed_list:.*?(\d+)$/m.exec(status)?.[1];
  if (last === undefined) throw new Error('/proc/self/status has no list of processors');
  return last;
}
