import type { operations as sentences } from '../messages/catalogue/en/operations.ts';
import { message, type Message } from '../messages/message.ts';

/** The ids of operations are also those of their catalogue sentences. */
export type OperationId = keyof typeof sentences extends infer Key
  ? Key extends `operations.${infer Id}`
    ? Id
    : never
  : never;

/** What is tried: "load a kernel module". */
export const operationTitle = (id: OperationId): Message => message(`operations.${id}`);

/**
 * Kernel operations that are tried in a `--privileged` container, and the expected result of each: `global`
 * ones have an effect beyond the container and must be refused (A5), `local` ones affect it alone and must
 * work (A4). The probe (runtime/probe-global.c, probe-local.c) has the same ids; a test compares the two
 * lists.
 */
export interface Operation {
  readonly id: OperationId;
  readonly kind: 'global' | 'local';
  /** What it would allow (global), or what needs it (local). */
  readonly why: string;
  /** For a global one: the kernel refuses it by ENOENT, as if the object did not exist. */
  readonly hidden?: true;
  /**
   * For a global one: a setting of the machine that allows it to every process, and the lowest value that
   * does not.
   */
  readonly everybody?: {
    readonly setting: string;
    readonly opens: (value: number) => boolean;
    readonly closed: number;
  };
  /** For a local one: why some kernels refuse it to any container; then it is not a failure. */
  readonly mayBeRefused?: string;
}

type Row = readonly [id: OperationId, more?: Pick<Operation, 'hidden' | 'everybody' | 'mayBeRefused'>];
const hidden = { hidden: true } as const;
const perf = {
  everybody: { setting: 'kernel.perf_event_paranoid', opens: (value: number) => value <= 0, closed: 2 },
} as const;
const kernelFaults = {
  everybody: { setting: 'vm.unprivileged_userfaultfd', opens: (value: number) => value === 1, closed: 0 },
} as const;
const group = (kind: Operation['kind'], why: string, rows: readonly Row[]): Operation[] =>
  rows.map(([id, more]) => ({ id, kind, why, ...more }));

/** Every operation, in the order in which the probe tries them. */
export const operations: readonly Operation[] = [
  ...group('global', 'code in the kernel is root of the whole machine', [
    ['load-module'],
    ['load-module-file'],
    ['remove-module'],
    ['load-kernel'],
    ['load-kernel-file'],
  ]),
  ...group('global', 'it concerns the whole machine', [
    ['sysrq-trigger'],
    ['start-swap'],
    ['stop-swap'],
    ['start-accounting'],
    ['set-time'],
    ['adjust-clock'],
  ]),
  ...group('global', 'it shows or hides what the machine does', [
    ['read-kernel-log'],
    ['clear-kernel-log'],
    ['set-console-level'],
    ['open-proc-kmsg'],
    ['open-kmsg', hidden],
    ['open-kcore'],
    ['open-mem', hidden],
  ]),
  ...group(
    'global',
    'a kernel setting that every process shares; some of them run programs as root of the machine',
    [
      ['write-core-pattern'],
      ['write-modprobe-path'],
      ['write-panic'],
      ['write-sysrq'],
      ['write-kptr-restrict'],
      ['write-dmesg-restrict'],
      ['write-printk'],
      ['write-randomize-va-space'],
      ['write-threads-max'],
      ['write-swappiness'],
      ['write-overcommit'],
      ['write-file-max'],
      ['write-protected-symlinks'],
      ['write-suid-dumpable'],
      ['write-sysfs-huge-pages'],
      ['write-sysfs-module-parameter'],
      ['credit-entropy'],
    ],
  ),
  ...group('global', "a device is the machine's", [
    ['make-character-device'],
    ['make-block-device'],
    ['open-disk'],
    ['open-loop-control', hidden],
    ['write-device-rules'],
    ['io-privilege'],
    ['io-ports'],
    ['map-disk-blocks'],
  ]),
  ...group('global', 'it watches or changes every process of the machine', [
    ['list-bpf-maps'],
    ['list-bpf-programs'],
    ['list-bpf-links'],
    ['load-bpf-tracing'],
    ['watch-all-processes', perf],
    ['watch-file-systems'],
    ['handle-kernel-faults', kernelFaults],
  ]),
  ...group('global', 'it reaches file systems of the machine', [
    ['open-by-handle'],
    ['mount-ext4'],
    ['mount-debugfs'],
    ['mount-tracefs'],
    ['mount-securityfs'],
    ['mount-configfs'],
    ['write-release-agent', hidden],
    ['trusted-attribute'],
    ['immutable-file'],
  ]),
  ...group('global', 'it takes from everybody else', [
    ['real-time-priority'],
    ['better-priority'],
    ['real-time-io'],
    ['lower-oom-score'],
    ['raise-limit'],
    ['lock-memory-beyond-limit'],
    ['hang-up-terminal'],
  ]),

  ...group('local', 'Docker in Docker and Kubernetes in Docker mount these', [
    ['mount-tmpfs'],
    ['mount-proc'],
    ['mount-sysfs'],
    ['mount-devpts'],
    ['mount-mqueue'],
    ['mount-ramfs'],
    ['mount-cgroup'],
    ['mount-bind'],
    ['mount-overlay'],
    ['remount-read-only'],
    ['change-root'],
    ['pivot-root'],
  ]),
  ...group('local', 'containers in the container', [
    ['new-user-namespace'],
    ['new-mount-namespace'],
    ['new-pid-namespace'],
    ['new-network-namespace'],
    ['new-ipc-namespace'],
    ['new-uts-namespace'],
    ['new-cgroup-namespace'],
    ['new-time-namespace'],
    ['enter-namespace'],
    ['set-host-name'],
    ['set-domain-name'],
    ['reboot-itself'],
  ]),
  ...group('local', 'package managers and servers do it as root', [
    ['change-owner'],
    ['set-user'],
    ['set-group'],
    ['set-groups'],
    ['drop-capability'],
    ['file-capability'],
    [
      'user-attribute',
      { mayBeRefused: "overlays have them since Linux 5.11, and where the disk's file system has" },
    ],
    ['set-user-id-bit'],
    ['make-fifo'],
    ['make-socket'],
    ['make-whiteout'],
  ]),
  ...group('local', 'its network is its own', [
    ['add-veth'],
    ['add-bridge'],
    ['add-dummy'],
    ['packet-filter'],
    ['write-ip-forward'],
    ['write-local-ports'],
    ['write-listen-backlog'],
    ['raw-socket'],
    ['packet-socket'],
    ['low-port'],
  ]),
  ...group('local', 'its processes are its own', [
    ['trace-child'],
    ['kill-child'],
    ['batch-scheduling'],
    ['lock-a-page'],
    ['raise-oom-score'],
    ['install-seccomp'],
    [
      'session-keyring',
      { mayBeRefused: 'the quota of keys of the user that the range begins with may be used up' },
    ],
    ['make-cgroup'],
  ]),
  ...group('local', 'messages between its processes', [
    ['shared-memory'],
    ['semaphores'],
    ['message-queue'],
    ['posix-queue'],
    ['write-shared-memory-limit', { mayBeRefused: 'a container in a user namespace may since Linux 6.9' }],
    ['write-posix-queue-limit', { mayBeRefused: 'a container in a user namespace may since Linux 6.9' }],
  ]),
];

/**
 * The outcome of an operation: `allowed`; `everybody`: allowed, as to every process of the machine;
 * `refused`; `absent`: not supported by this kernel; `unclear`: it failed for another reason, perhaps after
 * the permission check; `not-tried`: the probe returned nothing.
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
 * Interprets the probe's result of an operation: "ok" or the name of an error. `settings`: of the machine, by
 * name.
 */
export function outcomeOf(
  operation: Operation,
  result: string | undefined,
  settings: Readonly<Record<string, string>> = {},
): OperationOutcome {
  if (result === 'ok')
    return operation.everybody !== undefined && isOpenToAll(operation.everybody, settings)
      ? 'everybody'
      : 'allowed';
  if (result === undefined || !/^E[A-Z0-9]+$/.test(result)) return 'not-tried';
  if (refusals.has(result) || (operation.hidden === true && (result === 'ENOENT' || result === 'ENXIO')))
    return 'refused';
  return absences.has(result) ? 'absent' : 'unclear';
}

function isOpenToAll(
  { setting, opens: gives }: NonNullable<Operation['everybody']>,
  settings: Readonly<Record<string, string>>,
): boolean {
  const value = settings[setting] ?? '';
  return /^-?\d+$/.test(value) && gives(Number(value));
}

/**
 * Whether the outcome is as required under ECI. Isolation must not take away from a container what every
 * process of the machine is allowed.
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
