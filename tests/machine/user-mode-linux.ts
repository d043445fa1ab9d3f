import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync, closeSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { killed } from './qemu.ts';
import type { VirtualMachine, VirtualMachineFiles } from './virtual-machine.ts';

/** The guest's own address, and this machine's in the network of the two. Also in the guest's image. */
export const guestAddress = '10.99.0.2';
const hostAddress = '10.99.0.1';

/**
 * `security`: without it, the first module in the kernel's list is in force. `io_uring_disabled`: Linux 7.2
 * loses track of its mappings there ("Bad page map"), and processes of the guest crash. `seccomp=auto`:
 * system calls of the guest's processes are redirected by seccomp where this machine's kernel can, which is
 * faster than ptrace.
 */
const kernelParameters = [
  ...[
    'root=/dev/ubda',
    'rw',
    'rootflags=noinit_itable',
    'quiet',
    'mem=4096M',
    'seccomp=auto',
    'sysctl.kernel.io_uring_disabled=2',
  ],
  ...['apparmor=1', 'security=apparmor', 'con=null', 'con0=null,fd:1', 'con1=null,fd:1', 'console=tty1'],
  ...['vec0:transport=tap,ifname=tap0,depth=128,gro=1'],
];

export interface UserModeLinuxOptions extends VirtualMachineFiles {
  /** linux.uml of Debian's package user-mode-linux. */
  readonly program: string;
}

/**
 * Starts a User Mode Linux: the guest's kernel is a process of this machine, and its processes run on this
 * machine's processor itself. It has a network of its own with this machine, and nothing else to connect to.
 * All of it runs on one processor: a switch to another one at each of the guest's system calls takes most of
 * the time. It ends with this process, however that ends.
 */
export function startUserModeLinux(options: UserModeLinuxOptions): VirtualMachine {
  const layer = path.join(options.directory, 'disk.cow');
  const start = (): ChildProcess => {
    const console = openSync(options.consoleLog, 'a');
    try {
      return spawn(
        'setpriv',
        [
          ...['--pdeathsig', 'KILL', 'taskset', '--cpu-list', String(availableParallelism() - 1)],
          ...[
            'unshare',
            '--net',
            '--pid',
            '--mount-proc',
            '--kill-child=KILL',
            'sh',
            '-c',
            networkAndRun,
            'sh',
          ],
          ...[options.program, `ubd0=${layer},${options.disk}`, ...kernelParameters],
        ],
        { stdio: ['ignore', console, console], env: { ...process.env, TMPDIR: '/dev/shm' } },
      );
    } finally {
      closeSync(console);
    }
  };
  let machine = start();
  return {
    disk: { device: '/dev/ubda', major: 98 },
    ssh: {
      get prefix() {
        return ['nsenter', `--net=/proc/${machine.pid}/ns/net`];
      },
      host: guestAddress,
      port: 22,
    },
    get exitCode() {
      return machine.exitCode;
    },
    // At a reboot it would execute itself with its network device still open, and could not open it again.
    rebootCommand: 'systemctl poweroff',
    async reboot() {
      if (machine.exitCode === null && machine.signalCode === null) await once(machine, 'close');
      machine = start();
    },
    async powerCycle() {
      await killed(machine);
      machine = start();
    },
    recoverBoot: () => false,
    booted: () => Promise.resolve(),
    stop: () => killed(machine),
  };
}

const networkAndRun = `set -e
ip link set lo up
ip tuntap add dev tap0 mode tap
ip address add ${hostAddress}/24 dev tap0
ip link set tap0 up
exec "$@"`;
