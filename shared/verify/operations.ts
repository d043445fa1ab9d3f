/**
 * Kernel operations that a `--privileged` container is tried with, and what is expected of each: `global`
 * ones reach beyond the container and must be refused (A5), `local` ones concern it alone and must work (A4).
 * The probe (runtime/probe-global.c, probe-local.c) has the same ids; a test holds the two lists together.
 */
export interface Operation {
  readonly id: string;
  readonly kind: 'global' | 'local';
  /** What is tried: "load a kernel module". */
  readonly title: string;
  /** What it would give (global), or what needs it (local). */
  readonly why: string;
  /** For a global one: that there is nothing to be found (ENOENT) is how it is refused. */
  readonly hidden?: true;
  /**
   * For a global one: a setting of the machine's that gives it to every process, and the least value that
   * does not.
   */
  readonly everybody?: {
    readonly setting: string;
    readonly gives: (value: number) => boolean;
    readonly closed: number;
  };
  /** For a local one: why some kernels refuse it to any container; that is no failure then. */
  readonly mayBeRefused?: string;
}

type Row = readonly [
  id: string,
  title: string,
  more?: Pick<Operation, 'hidden' | 'everybody' | 'mayBeRefused'>,
];
const hidden = { hidden: true } as const;
const perf = {
  everybody: { setting: 'kernel.perf_event_paranoid', gives: (value: number) => value <= 0, closed: 2 },
} as const;
const kernelFaults = {
  everybody: { setting: 'vm.unprivileged_userfaultfd', gives: (value: number) => value === 1, closed: 0 },
} as const;
const group = (kind: Operation['kind'], why: string, rows: readonly Row[]): Operation[] =>
  rows.map(([id, title, more]) => ({ id, kind, title, why, ...more }));

/** Every operation, in the order in which the probe tries them. */
export const operations: readonly Operation[] = [
  ...group('global', 'code in the kernel is root of the whole machine', [
    ['load-module', 'load a kernel module'],
    ['load-module-file', 'load a kernel module from a file'],
    ['remove-module', 'remove a kernel module'],
    ['load-kernel', 'load another kernel (kexec)'],
    ['load-kernel-file', 'load another kernel from a file'],
  ]),
  ...group('global', 'it concerns the whole machine', [
    ['sysrq-trigger', 'open sysrq-trigger (reboot, crash, kill)'],
    ['start-swap', 'add swap'],
    ['stop-swap', 'take swap away'],
    ['start-accounting', 'switch process accounting'],
    ['set-time', 'set the clock'],
    ['adjust-clock', 'adjust the clock'],
  ]),
  ...group('global', 'it shows or hides what the machine does', [
    ['read-kernel-log', 'read the kernel log'],
    ['clear-kernel-log', 'clear the kernel log'],
    ['set-console-level', 'silence the console'],
    ['open-proc-kmsg', 'open /proc/kmsg'],
    ['open-kmsg', 'open /dev/kmsg', hidden],
    ['open-kcore', 'open /proc/kcore'],
    ['open-mem', 'open /dev/mem', hidden],
  ]),
  ...group(
    'global',
    'a kernel setting that every process shares; some of them run programs as root of the machine',
    [
      ['write-core-pattern', 'write kernel.core_pattern'],
      ['write-modprobe-path', 'write kernel.modprobe'],
      ['write-panic', 'write kernel.panic'],
      ['write-sysrq', 'write kernel.sysrq'],
      ['write-kptr-restrict', 'write kernel.kptr_restrict'],
      ['write-dmesg-restrict', 'write kernel.dmesg_restrict'],
      ['write-printk', 'write kernel.printk'],
      ['write-randomize-va-space', 'write kernel.randomize_va_space'],
      ['write-threads-max', 'write kernel.threads-max'],
      ['write-swappiness', 'write vm.swappiness'],
      ['write-overcommit', 'write vm.overcommit_memory'],
      ['write-file-max', 'write fs.file-max'],
      ['write-protected-symlinks', 'write fs.protected_symlinks'],
      ['write-suid-dumpable', 'write fs.suid_dumpable'],
      ['write-sysfs-huge-pages', 'write a setting in /sys/kernel'],
      ['write-sysfs-module-parameter', "write a module's parameter in /sys/module"],
      ['credit-entropy', 'credit entropy to the random generator'],
    ],
  ),
  ...group('global', "a device is the machine's", [
    ['make-character-device', 'make a character device node'],
    ['make-block-device', 'make a block device node'],
    ['open-disk', 'open a disk'],
    ['open-loop-control', 'open /dev/loop-control', hidden],
    ['write-device-rules', 'write its own device rules'],
    ['io-privilege', 'raise the I/O privilege level'],
    ['io-ports', 'use I/O ports'],
    ['map-disk-blocks', 'map a file to blocks of the disk'],
  ]),
  ...group('global', 'it watches or changes every process of the machine', [
    ['list-bpf-maps', 'list BPF maps'],
    ['list-bpf-programs', 'list BPF programs'],
    ['list-bpf-links', 'list BPF links'],
    ['load-bpf-tracing', 'load a tracing BPF program'],
    ['watch-all-processes', 'count events of all processes (perf)', perf],
    ['watch-file-systems', 'decide on file accesses (fanotify)'],
    ['handle-kernel-faults', "handle the kernel's page faults (userfaultfd)", kernelFaults],
  ]),
  ...group('global', 'it reaches file systems of the machine', [
    ['open-by-handle', 'open a file of the machine by its number'],
    ['mount-ext4', 'mount a disk (ext4)'],
    ['mount-debugfs', 'mount debugfs'],
    ['mount-tracefs', 'mount tracefs'],
    ['mount-securityfs', 'mount securityfs'],
    ['mount-configfs', 'mount configfs'],
    ['write-release-agent', "set a cgroup's release agent", hidden],
    ['trusted-attribute', 'write a trusted.* attribute'],
    ['immutable-file', 'make a file immutable'],
  ]),
  ...group('global', 'it takes from everybody else', [
    ['real-time-priority', 'real-time scheduling'],
    ['better-priority', 'a better priority'],
    ['real-time-io', 'real-time I/O priority'],
    ['lower-oom-score', 'be spared when memory runs out'],
    ['raise-limit', 'raise a hard limit'],
    ['lock-memory-beyond-limit', 'lock memory beyond its limit'],
    ['hang-up-terminal', 'hang up a terminal'],
  ]),

  ...group('local', 'Docker in Docker and Kubernetes in Docker mount these', [
    ['mount-tmpfs', 'mount tmpfs'],
    ['mount-proc', 'mount proc'],
    ['mount-sysfs', 'mount sysfs'],
    ['mount-devpts', 'mount devpts'],
    ['mount-mqueue', 'mount mqueue'],
    ['mount-ramfs', 'mount ramfs'],
    ['mount-cgroup', 'mount cgroups'],
    ['mount-bind', 'bind mount'],
    ['mount-overlay', 'mount an overlay'],
    ['remount-read-only', 'remount'],
    ['change-root', 'chroot'],
    ['pivot-root', 'pivot_root'],
  ]),
  ...group('local', 'containers in the container', [
    ['new-user-namespace', 'a user namespace of its own'],
    ['new-mount-namespace', 'a mount namespace'],
    ['new-pid-namespace', 'a process namespace'],
    ['new-network-namespace', 'a network namespace'],
    ['new-ipc-namespace', 'an IPC namespace'],
    ['new-uts-namespace', 'a host name namespace'],
    ['new-cgroup-namespace', 'a cgroup namespace'],
    ['new-time-namespace', 'a time namespace'],
    ['enter-namespace', 'enter a namespace of its own'],
    ['set-host-name', 'set its host name'],
    ['set-domain-name', 'set its domain name'],
    ['reboot-itself', 'reboot: ends its own first process alone'],
  ]),
  ...group('local', 'package managers and servers do it as root', [
    ['change-owner', 'chown'],
    ['set-user', 'setuid'],
    ['set-group', 'setgid'],
    ['set-groups', 'setgroups'],
    ['drop-capability', 'drop a capability'],
    ['file-capability', 'setcap on a file'],
    [
      'user-attribute',
      'user.* attributes',
      { mayBeRefused: "overlays have them since Linux 5.11, and where the disk's file system has" },
    ],
    ['set-user-id-bit', 'set-user-id bit'],
    ['make-fifo', 'make a fifo'],
    ['make-socket', 'make a socket file'],
    ['make-whiteout', "make an overlay's whiteout"],
  ]),
  ...group('local', 'its network is its own', [
    ['add-veth', 'add a veth pair'],
    ['add-bridge', 'add a bridge'],
    ['add-dummy', 'add a dummy interface'],
    ['packet-filter', 'use nf_tables'],
    ['write-ip-forward', 'write net.ipv4.ip_forward'],
    ['write-local-ports', 'write net.ipv4.ip_local_port_range'],
    ['write-listen-backlog', 'write net.core.somaxconn'],
    ['raw-socket', 'raw sockets'],
    ['packet-socket', 'packet sockets'],
    ['low-port', 'ports below 1024'],
  ]),
  ...group('local', 'its processes are its own', [
    ['trace-child', 'trace a child'],
    ['kill-child', "kill another user's process of its own"],
    ['batch-scheduling', 'batch scheduling'],
    ['lock-a-page', 'lock memory within its limit'],
    ['raise-oom-score', 'be first when memory runs out'],
    ['install-seccomp', 'install a seccomp filter'],
    [
      'session-keyring',
      'a session keyring',
      { mayBeRefused: 'the quota of keys of the user that the range begins with may be used up' },
    ],
    ['make-cgroup', 'make a cgroup below its own'],
  ]),
  ...group('local', 'messages between its processes', [
    ['shared-memory', 'System V shared memory'],
    ['semaphores', 'System V semaphores'],
    ['message-queue', 'System V message queues'],
    ['posix-queue', 'POSIX message queues'],
    [
      'write-shared-memory-limit',
      'write kernel.shmmax',
      { mayBeRefused: 'a container in a user namespace may since Linux 6.9' },
    ],
    [
      'write-posix-queue-limit',
      'write fs.mqueue.msg_max',
      { mayBeRefused: 'a container in a user namespace may since Linux 6.9' },
    ],
  ]),
];

/**
 * What came of one: `allowed`; `everybody`: allowed, as to every process of the machine; `refused`; `absent`:
 * this kernel has no such thing; `unclear`: it failed for another reason, perhaps after the permission was
 * given; `not-tried`: the probe brought nothing.
 */
export type OperationOutcome = 'allowed' | 'everybody' | 'refused' | 'absent' | 'unclear' | 'not-tried';

const refusals: ReadonlySet<string> = new Set(['EPERM', 'EACCES', 'EROFS']);
const absences: ReadonlySet<string> = new Set([
  'ENOSYS',
  'ENODEV',
  'ENOENT',
  'ENXIO',
  'EOPNOTSUPP',
  'ENOTSUP',
  'ENOTTY',
  'ENOPROTOOPT',
  'EPROTONOSUPPORT',
  'EAFNOSUPPORT',
]);

/**
 * Reads what the probe said of an operation: "ok" or the name of an error. `settings`: of the machine, by
 * name.
 */
export function outcomeOf(
  operation: Operation,
  said: string | undefined,
  settings: Readonly<Record<string, string>> = {},
): OperationOutcome {
  if (said === 'ok')
    return operation.everybody !== undefined && isGiven(operation.everybody, settings)
      ? 'everybody'
      : 'allowed';
  if (said === undefined || !/^E[A-Z0-9]+$/.test(said)) return 'not-tried';
  if (refusals.has(said) || (operation.hidden === true && (said === 'ENOENT' || said === 'ENXIO')))
    return 'refused';
  return absences.has(said) ? 'absent' : 'unclear';
}

function isGiven(
  { setting, gives }: NonNullable<Operation['everybody']>,
  settings: Readonly<Record<string, string>>,
): boolean {
  const value = settings[setting] ?? '';
  return /^-?\d+$/.test(value) && gives(Number(value));
}

/**
 * Whether the outcome is as it must be under ECI. Isolation takes nothing from a container that every process
 * of the machine has.
 */
export function asExpected(operation: Operation, outcome: OperationOutcome): boolean {
  switch (operation.kind) {
    case 'global':
      return outcome === 'refused' || outcome === 'absent' || outcome === 'everybody';
    case 'local':
      return (
        outcome === 'allowed' ||
        outcome === 'absent' ||
        (operation.mayBeRefused !== undefined && outcome !== 'not-tried')
      );
  }
}
