/**
 * An intentional difference from a stock engine. One that is not observed any more fails the comparison: the
 * list stays short and true.
 */
export interface ExplainedDifference {
  readonly why: string;
  /** Requirement behind it. */
  readonly spec: string;
  /** By observation (`group: name`), the whole output with ECI on. */
  readonly shows: Readonly<Record<string, RegExp>>;
}

export const explained: readonly ExplainedDifference[] = [
  {
    why:
      'A container has a user namespace and the ids 0 to 65535 of it; ' +
      'files of other ids belong to nobody (65534), and nobody can become them.',
    spec: 'A2, A3',
    shows: {
      '/proc, /sys, /dev: uid_map': /^\s*0\s+[1-9]\d+\s+65536$/,
      'BuildKit: ids of RUN': /^\s*0\s+[1-9]\d+\s+65536$/,
      '/proc, /sys, /dev: range of ping': /^0\s+65535$/,
      'files of the image: owned by 65536': /^65534 65534 644 6$/,
      'files of the image: owned by 70000': /^65534 65534 644 6$/,
      'files of the image: owned by 100000': /^65534 65534 644 7$/,
      'files made inside: chown to 65536': /^chown: \/tmp\/d: Invalid argument\n0$/,
      'files made inside: chown to 1000000': /^chown: \/tmp\/e: Invalid argument\n0$/,
      'archives: ids that nobody inside has, out again': /^65534\/65534$/,
      'users the engine refuses: a user id above the range': new RegExp(
        'enhanced container isolation: there is no user id 70000 in a protected container: ' +
          "its ids are 0 to 65535 [^\n]*\n(?:\nRun 'docker run --help' for more information\n)?" +
          '\\(exit code 12\\d\\)$',
      ),
    },
  },
  {
    why:
      "What belongs to the machine (/proc, /sys, the engine's own sockets) belongs to nobody inside; " +
      "what only the machine's root may write there, nobody inside may.",
    spec: 'A5',
    shows: {
      'files of the image: owner of /proc and /sys': /^65534 65534\n65534 65534$/,
      "/proc, /sys, /dev: owner of the machine's /proc files": /^65534 65534\n65534 65534$/,
      'systempaths=unconfined: writing a sysctl': /^sh: can't create [^\n]*: Permission denied$/,
      "networks: owner of the engine's sockets": /^65534$/,
    },
  },
  {
    why:
      "Devices cannot be made in a user namespace: the machine's harmless ones are bound into /dev one by " +
      'one, and belong to nobody. No others are given, --privileged included.',
    spec: 'A5',
    shows: {
      '/proc, /sys, /dev: owners in /dev': /^65534:65534$/,
      '/proc, /sys, /dev: mounts of devices':
        /^(?:\/dev\/(?:full|null|random|tty|urandom|zero) rw,relatime\n?){6}$/,
      // Engine 28 hides interrupts, too.
      '/proc, /sys, /dev: what hides files':
        /^(?:\/proc\/interrupts devtmpfs\n)?\/proc\/keys devtmpfs\n\/proc\/timer_list devtmpfs$/,
      'files made inside: mknod of a device that is allowed':
        /^mknod: \/tmp\/x: Operation not permitted\n\(exit code 1\)$/,
      'files made inside: mknod of a disk':
        /^mknod: \/tmp\/y: Operation not permitted\ncat: can't open '\/tmp\/y': No such file or directory$/,
      '--privileged: mknod': /^mknod: \/tmp\/n: Operation not permitted\n\(exit code 1\)$/,
      '--privileged: loop and disk devices': /^0$/,
      '--privileged: kernel log': /^dmesg: klogctl: Operation not permitted\n\(exit code 1\)$/,
    },
  },
  {
    why:
      'Mount options tell how the kernel does it: id-mapped mounts, ' +
      'and owners of tmpfs as the machine numbers them.',
    spec: 'A2',
    shows: {
      '/proc, /sys, /dev: id-mapped mounts': /^\/etc\/resolv\.conf\n\/etc\/hostname\n\/etc\/hosts$/,
      '/proc, /sys, /dev: owners among mount options': /^uid=[1-9]\d+\ngid=[1-9]\d+$/,
      'binds: id-mapped': /^1$/,
    },
  },
  {
    why:
      'Layers, volumes and what is shared are mounted nodev: ' +
      "who was handed a descriptor of a device file there would open it with the machine's rights. " +
      'Devices come from /dev.',
    spec: 'A5',
    shows: {
      'volumes: options': /^rw,nodev,relatime$/,
      'binds: options': /^rw,nodev,relatime$/,
      'binds: a device in it': /^sh: can't create \/d\/null: Permission denied\n\(exit code 1\)$/,
      'files of the image: a device node in the image': new RegExp(
        "^character special file 1 3 666\nsh: can't create /links/null: Permission denied\n" +
          '\\(exit code 1\\)$',
      ),
      '/proc, /sys, /dev: options of mounts': new RegExp(
        '^/ rw,nodev,relatime\n[^]*/etc/hostname rw,nodev,relatime\n/etc/hosts rw,nodev,relatime\n' +
          '/etc/resolv\\.conf rw,nodev,relatime\n',
      ),
      "/proc, /sys, /dev: options of the root's overlay": /^rw\nnodev\nrelatime$/,
      '--init: mount of init': /^\/sbin\/docker-init ro,nodev,relatime$/,
    },
  },
  {
    why: "runc makes the namespace of the message queues before its process is the new root's group.",
    spec: 'A2',
    shows: { '/proc, /sys, /dev: group of /dev/mqueue': /^65534$/ },
  },
  {
    why:
      "setuid and setgid stay on a file that is written to only where the machine's root writes; " +
      'whoever copies a program so sets its mode afterwards (cp -p, install, tar, docker cp).',
    spec: 'A2',
    shows: {
      'files made inside: a copied setuid program': /^755$/,
      'files made inside: a setuid program that is written to': /^755$/,
    },
  },
  {
    why: 'The isolation runtime is the default and the only one.',
    spec: 'A6',
    shows: {
      'reported to clients: runtime': /^bulkhead$/,
      'reported to clients: default runtime': /^bulkhead$/,
    },
  },
  {
    why:
      'BuildKit by version=2 of POST /build is refused: it takes no rules there for what a frontend image ' +
      'fetches inside the engine. buildx gives it rules, and the classic builder stays.',
    spec: 'C',
    shows: {
      'BuildKit: over POST /build':
        /^403\s*is blocked: BuildKit takes no rules there for what a build fetches inside the engine$/,
    },
  },
  {
    why: "`docker top` is the machine's ps: it shows the ids of the container's range.",
    spec: 'A3',
    shows: { 'exec: top': /^UID CMD \n[1-9]\d+\+? sleep 1000$/ },
  },
  {
    why:
      'The gateway forwards the id of the container it decided on, not the name: ' +
      "the engine's errors then say the id.",
    spec: 'A7',
    shows: {
      'exec: in a paused one':
        /^1\nError response from daemon: Container ID64 is paused, unpause the container before exec$/,
    },
  },
];
