import path from 'node:path';
import { isWithin } from '../../engine/base/mountinfo.ts';
import { processSchema, type OciMount, type OciSpec } from '../base/oci-spec.ts';

/**
 * Whether files can be mounted over kernel settings in the container (runtime/kernel-settings.c): where it
 * may mount by itself, and the engine hides nothing of /proc and /sys, as with `--privileged`. What is hidden
 * from a container must stay hidden from its user namespaces, which spare ones would show.
 */
export function canEmulateKernelSettings(spec: OciSpec): boolean {
  const process = processSchema.safeParse(spec['process']);
  if (!process.success || !process.data.capabilities.bounding.includes('CAP_SYS_ADMIN')) return false;
  const { maskedPaths, readonlyPaths } = spec.linux;
  if ([maskedPaths, readonlyPaths].some((paths) => (paths ?? []).length > 0)) return false;
  const mounts = (spec.mounts ?? []).map((mount) => ({
    mount,
    at: path.posix.resolve('/', mount.destination),
  }));
  /** One writable mount of that type, with nothing mounted over `settings`. */
  const has = (point: string, type: string, settings = point) => {
    const [own, ...more] = mounts.filter(({ at }) => at === point);
    return (
      own?.mount.type === type &&
      own.mount.destination === point &&
      more.length === 0 &&
      !(own.mount.options ?? []).includes('ro') &&
      mounts.every(({ at }) => at === point || !isWithin(at, settings))
    );
  };
  return has('/proc', 'proc') && has('/sys', 'sysfs', '/sys/module') && has('/dev', 'tmpfs', '/dev/null');
}

/**
 * A second /proc and /sys, below the container's /dev, where nobody finds them. With a file mounted in /proc
 * no user namespace of the container could mount one: the kernel allows it where one is visible that is
 * whole, and that is not where one is (fs/namespace.c, mnt_already_visible()). Mounts on these would count
 * like those in /proc itself, so what covers them is mounted on what they are mounted on.
 */
export const spareFileSystems: readonly OciMount[] = [
  {
    destination: '/dev',
    type: 'tmpfs',
    source: 'tmpfs',
    options: ['nosuid', 'noexec', 'mode=755', 'size=4k'],
  },
  { destination: '/dev/proc', type: 'proc', source: 'proc', options: ['nosuid', 'nodev', 'noexec'] },
  { destination: '/dev/sys', type: 'sysfs', source: 'sysfs', options: ['nosuid', 'nodev', 'noexec'] },
];
