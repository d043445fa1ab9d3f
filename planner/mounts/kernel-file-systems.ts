import path from 'node:path';
import { isWithin } from '../../engine/base/mountinfo.ts';
import { processSchema, type OciMount, type OciSpec } from '../base/oci-spec.ts';

/**
 * Where systemd mounts debugfs, tracefs and configfs, and scripts of Docker in Docker securityfs, which no
 * user namespace may mount.
 */
const mountPoints = [
  '/sys/kernel/config',
  '/sys/kernel/debug',
  '/sys/kernel/security',
  '/sys/kernel/tracing',
] as const;

/**
 * Empty, read-only file systems on these mount points, where the kernel has them (`exists`). systemd wants
 * them mounted if its capabilities include CAP_SYS_RAWIO: it tries, fails, and its state is "degraded",
 * unless something is mounted there already. Scripts (`dind`, dev containers with Docker in Docker) look
 * first, too; under `set -e` they would end. The kernel keeps these directories empty, so mounts on them do
 * not prevent user namespaces in the container from mounting a sysfs, as mounts on its other directories do.
 */
export function emptyKernelFileSystems(spec: OciSpec, exists: (directory: string) => boolean): OciMount[] {
  const process = processSchema.safeParse(spec['process']);
  if (!process.success || !process.data.capabilities.bounding.includes('CAP_SYS_RAWIO')) return [];
  const given = spec.mounts ?? [];
  const own = given.map((mount) => path.posix.resolve('/', mount.destination));
  const sys = given.filter((_, i) => own[i] === '/sys');
  if (sys.length === 0 || sys.some(({ type }) => type !== 'sysfs')) return [];
  return mountPoints
    .filter((point) => exists(point))
    .filter((point) => !own.some((one) => isWithin(one, '/sys/kernel') && overlaps(one, point)))
    .map((destination) => ({
      destination,
      type: 'tmpfs',
      source: 'tmpfs',
      options: ['ro', 'nosuid', 'nodev', 'noexec', 'size=4k', 'mode=755'],
    }));
}

const overlaps = (one: string, other: string): boolean => isWithin(one, other) || isWithin(other, one);
