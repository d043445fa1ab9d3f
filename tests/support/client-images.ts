import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { pluginDirectory } from './test-engine.ts';

const run = promisify(execFile);

/**
 * Creates an image from this machine's busybox and programs, each with the libraries named by the loader: a
 * client inside a container, since there is no registry to pull one from. `files` maps paths in the image to
 * files of this machine, `links` to their targets.
 */
export async function importPrograms(
  socket: string,
  tag: string,
  programs: readonly string[],
  options: {
    readonly files?: Readonly<Record<string, string>>;
    readonly links?: Readonly<Record<string, string>>;
    readonly changes?: readonly string[];
  } = {},
): Promise<void> {
  const script = `set -e
socket=$1; tag=$2; shift 2
d=$(mktemp -d); trap 'rm -rf "$d"' EXIT
mkdir -p "$d/bin" "$d/etc" "$d/tmp" "$d/root" "$d/proc" "$d/sys" "$d/dev"; chmod 1777 "$d/tmp"
cp "$(command -v busybox)" "$d/bin/busybox"
for a in $("$d/bin/busybox" --list); do [ "$a" = busybox ] || ln -s busybox "$d/bin/$a"; done
echo root:x:0:0:root:/root:/bin/sh > "$d/etc/passwd"; echo root:x:0: > "$d/etc/group"
while [ $# -gt 0 ] && [ "$1" != -- ]; do
  p=$(command -v "$1"); cp -L --remove-destination "$p" "$d/bin/$(basename "$p")"
  # Programs without libraries make ldd fail.
  { ldd "$p" 2>/dev/null || true; } | grep -o '/[^ ]*' | while read -r l; do
    mkdir -p "$d$(dirname "$l")"; cp -L "$l" "$d$l"
  done
  shift
done
shift
while [ $# -gt 0 ] && [ "$1" != -- ]; do mkdir -p "$d$(dirname "$1")"; cp -L "$2" "$d$1"; shift 2; done
shift
while [ $# -gt 0 ] && [ "$1" != -- ]; do rm -f "$d$1"; ln -s "$2" "$d$1"; shift 2; done
shift
for c in "$@"; do set -- "$@" -c "$c"; shift; done
tar -C "$d" -c . |
  docker -H "unix://$socket" import -c 'CMD ["sh"]' -c 'ENV PATH=/bin' "$@" - "$tag" >/dev/null`;
  const pairs = (map: Readonly<Record<string, string>> | undefined) => Object.entries(map ?? {}).flat();
  await run('sh', [
    '-c',
    script,
    'sh',
    socket,
    tag,
    ...programs,
    '--',
    ...pairs(options.files),
    '--',
    ...pairs(options.links),
    '--',
    ...(options.changes ?? []),
  ]);
}

/**
 * Creates an image of this machine's Docker Engine and clients, to run with `--privileged`: Docker-in-Docker.
 */
export async function importDocker(socket: string, tag: string): Promise<void> {
  const library = (
    await run('sh', ['-c', 'dirname "$(ls /usr/lib/*/xtables/libxt_standard.so | head -1)"'])
  ).stdout.trim();
  const extensions = await readdir(library);
  const files = [...extensions.map((name) => `${library}/${name}`), '/etc/protocols'];
  const plugins = ['docker-buildx', 'docker-compose'].map((name) => [
    `/usr/libexec/docker/cli-plugins/${name}`,
    `${pluginDirectory}/${name}`,
  ]);
  await importPrograms(
    socket,
    tag,
    [
      'dockerd',
      'containerd',
      'containerd-shim-runc-v2',
      'runc',
      'docker',
      'docker-init',
      'docker-proxy',
      'ctr',
      'xtables-nft-multi',
      'ip',
      'mount',
      'umount',
      'mountpoint',
      'setcap',
      'getcap',
    ],
    {
      files: Object.fromEntries([...files.map((file) => [file, file]), ...plugins]),
      links: Object.fromEntries(
        [
          'iptables',
          'iptables-save',
          'iptables-restore',
          'ip6tables',
          'ip6tables-save',
          'ip6tables-restore',
        ].map((name) => [`/bin/${name}`, 'xtables-nft-multi']),
      ),
    },
  );
}

const unitDirectory = '/usr/lib/systemd/system';
/** Wanted by every distribution's sysinit.target. */
const kernelMounts = ['sys-kernel-debug.mount', 'sys-kernel-tracing.mount'];
const units = [
  'systemd-journald.service',
  'systemd-journald.socket',
  'systemd-journald-dev-log.socket',
  'shutdown.target',
  'umount.target',
  'final.target',
  'exit.target',
  'systemd-exit.service',
  'halt.target',
  'systemd-halt.service',
  'slices.target',
  'sockets.target',
  ...kernelMounts,
];
const systemdPrograms = [
  'systemd',
  'systemd-executor',
  'systemd-journald',
  'systemd-shutdown',
  'systemd-cgroups-agent',
].map((name) => `/usr/lib/systemd/${name}`);

/**
 * Creates an image that boots this machine's systemd, with its journal and `services` (names and unit texts),
 * like images of Kubernetes nodes.
 */
export async function importSystemd(
  socket: string,
  tag: string,
  services: Readonly<Record<string, string>>,
): Promise<void> {
  const directory = await mkdtemp('/tmp/bulkhead-units-');
  try {
    const own = {
      'default.target':
        '[Unit]\nRequires=sysinit.target\nAfter=sysinit.target\n' +
        `Wants=${Object.keys(services).join(' ')}\n`,
      'sysinit.target':
        '[Unit]\nDefaultDependencies=no\nWants=systemd-journald.socket systemd-journald.service ' +
        `${kernelMounts.join(' ')}\n`,
      ...services,
    };
    for (const [name, text] of Object.entries(own)) await writeFile(`${directory}/${name}`, text);
    await importPrograms(socket, tag, ['systemctl', 'mount', 'umount', ...systemdPrograms.slice(0, 3)], {
      files: Object.fromEntries([
        ...[...systemdPrograms, ...units.map((name) => `${unitDirectory}/${name}`)].map((file) => [
          file,
          file,
        ]),
        ['/usr/bin/mount', '/usr/bin/mount'],
        ['/usr/bin/umount', '/usr/bin/umount'],
        ...Object.keys(own).map((name) => [`/etc/systemd/system/${name}`, `${directory}/${name}`]),
      ]),
      changes: ['STOPSIGNAL SIGRTMIN+3', 'ENV container=docker'],
    });
  } finally {
    await rm(directory, { recursive: true });
  }
}
