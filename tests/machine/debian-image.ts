import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { cache } from '../../scripts/paths.mjs';
import { fetchUserModeLinux } from '../../scripts/user-mode-linux.mjs';
import { guestAddress } from './user-mode-linux.ts';

const run = promisify(execFile);

/** `trixie`: the stable Debian; `sid`: newer versions of engine, containerd, runc and kernel. */
export type Suite = 'trixie' | 'sid';

/** What runs the guest: an emulated machine with a kernel of Debian's, or a kernel that is a process. */
export type MachineKind = 'qemu' | 'user-mode-linux';

const packages = [
  ...['systemd', 'systemd-sysv', 'dbus', 'udev', 'apparmor', 'docker.io', 'docker-cli', 'docker-buildx'],
  ...['docker-compose', 'iptables', 'lxcfs', 'busybox-static', 'openssh-server', 'iproute2', 'procps'],
  ...['polkitd', 'pkexec', 'passwd', 'uidmap', 'ca-certificates', 'xz-utils', 'bzip2', 'kmod'],
];

/** Of the machine in QEMU. */
const kernelPackages = ['linux-image-cloud-amd64', 'initramfs-tools'];

/**
 * Run by mmdebstrap, with the root of the new file system as its argument: a machine that is accessed by ssh,
 * as root or as alice, who may use the Docker socket. `busybox.tar` is the only image that the tests need.
 */
const customize = `#!/bin/sh
set -eu
root=$1
echo guest > "$root/etc/hostname"
echo 'LABEL=root / ext4 defaults 0 1' > "$root/etc/fstab"
cp /etc/resolv.conf "$root/etc/resolv.conf"
printf '[Match]\\nName=e*\\n[Network]\\nDHCP=yes\\n' > "$root/etc/systemd/network/10-lan.network"
mkdir -p "$root/var/log/journal"
chroot "$root" ssh-keygen -A >/dev/null
chroot "$root" useradd --create-home --shell /bin/bash --groups docker --password '*' alice
for home in root home/alice; do
  mkdir -p -m 700 "$root/$home/.ssh"
  cp "$(dirname "$0")/key.pub" "$root/$home/.ssh/authorized_keys"
done
chroot "$root" chown -R alice:alice /home/alice
chroot "$root" systemctl --quiet enable systemd-networkd ssh docker
chroot "$root" systemctl --quiet mask apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer fstrim.timer
image=$root/tmp/busybox
mkdir -p "$image/bin" "$image/etc" "$image/root" "$image/tmp"
chmod 1777 "$image/tmp"
cp "$root/usr/bin/busybox" "$image/bin/"
for name in $("$image/bin/busybox" --list); do
  [ "$name" = busybox ] || ln -s busybox "$image/bin/$name"
done
echo 'root:x:0:0:root:/root:/bin/sh' > "$image/etc/passwd"
tar -C "$image" -cf "$root/usr/local/share/busybox.tar" .
rm -r "$image"
`;

/**
 * The rest of a User Mode Linux: modules of its kernel, its network device, and an engine that writes no
 * rules of a firewall, which that kernel as Debian builds it does not have.
 */
const customizeUserModeLinux = (modules: string) => `#!/bin/sh
set -eu
root=$1
mkdir -p "$root/usr/lib/modules"
cp -a '${modules}' "$root/usr/lib/modules/"
chroot "$root" depmod '${path.basename(modules)}'
cat > "$root/etc/systemd/network/10-lan.network" <<NETWORK
[Match]
Name=vec*
[Network]
Address=${guestAddress}/24
NETWORK
mkdir -p "$root/etc/docker"
echo '{ "iptables": false, "ip6tables": false }' > "$root/etc/docker/daemon.json"
`;

/** A disk that boots, what boots it, and the key for ssh. */
export type DebianImage = {
  readonly disk: string;
  readonly key: string;
} & (
  | { readonly kind: 'qemu'; readonly kernel: string; readonly initrd: string }
  | { readonly kind: 'user-mode-linux'; readonly program: string }
);

export interface ImageOptions {
  readonly kind: MachineKind;
  readonly suite?: Suite | undefined;
  readonly extraPackages?: readonly string[] | undefined;
}

/**
 * A bootable Debian with `extraPackages`, created once for each kind, suite and list of packages and kept in
 * the cache of the project's scripts. Needs root, mmdebstrap, mkfs.ext4 and ssh-keygen; the first time takes
 * two minutes. Throws if a package can't be fetched.
 */
export async function debianImage({
  kind,
  suite = 'trixie',
  extraPackages = [],
}: ImageOptions): Promise<DebianImage> {
  const userModeLinux = kind === 'user-mode-linux' ? await fetchUserModeLinux() : null;
  const recipe = {
    suite,
    packages: [...packages, ...(userModeLinux === null ? kernelPackages : []), ...extraPackages],
    scripts: [customize, ...(userModeLinux === null ? [] : [customizeUserModeLinux(userModeLinux.modules)])],
  };
  const digest = createHash('sha256').update(JSON.stringify(recipe)).digest('hex');
  const directory = path.join(cache, 'machine', digest.slice(0, 16));
  if (!(await exists(directory))) await buildImage(directory, recipe);
  const file = (name: string) => path.join(directory, name);
  const image = { disk: file('disk.img'), key: file('key') };
  return userModeLinux === null
    ? { ...image, kind: 'qemu', kernel: file('vmlinuz'), initrd: file('initrd.img') }
    : { ...image, kind: 'user-mode-linux', program: userModeLinux.program };
}

interface ImageRecipe {
  readonly suite: Suite;
  readonly packages: readonly string[];
  /** Run by mmdebstrap one after the other, with the root of the new file system as their argument. */
  readonly scripts: readonly string[];
}

async function buildImage(directory: string, recipe: ImageRecipe): Promise<void> {
  const partial = `${directory}.${process.pid}.partial`;
  const file = (name: string) => path.join(partial, name);
  const root = file('root');
  console.log(`Making the Debian image ${directory}`);
  await mkdir(partial, { recursive: true, mode: 0o700 });
  try {
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file('key')]);
    const hooks = await Promise.all(
      recipe.scripts.map(async (script, index) => {
        await writeFile(file(`customize-${index}`), script, { mode: 0o755 });
        return `--customize-hook=${file(`customize-${index}`)}`;
      }),
    );
    await run(
      'mmdebstrap',
      [
        '--quiet',
        '--variant=minbase',
        // Unstable's index is valid for a week: an outdated mirror is good enough for a test.
        '--aptopt=Acquire::Check-Valid-Until "false"',
        `--include=${recipe.packages.join(',')}`,
        ...hooks,
        ...[recipe.suite, root],
      ],
      { maxBuffer: 64 * 1024 * 1024 },
    );
    for (const name of await readdir(path.join(root, 'boot'))) {
      const kind = /^(?:vmlinuz|initrd\.img)(?=-)/.exec(name)?.[0];
      if (kind !== undefined) await rename(path.join(root, 'boot', name), file(kind));
    }
    await run('truncate', ['--size=12G', file('disk.img')]);
    await run('mkfs.ext4', ['-q', '-F', '-L', 'root', '-d', root, file('disk.img')]);
    await rm(root, { recursive: true });
    await rename(partial, directory);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );
