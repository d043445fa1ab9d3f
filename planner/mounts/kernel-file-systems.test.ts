import { describe, expect, it } from 'vitest';
import type { OciMount } from '../base/oci-spec.ts';
import { emptyKernelFileSystems } from './kernel-file-systems.ts';

const sysfs: OciMount = { destination: '/sys', type: 'sysfs', source: 'sysfs' };
const all = () => true;
const covered = (
  mounts: readonly OciMount[],
  {
    bounding = ['CAP_SYS_RAWIO'],
    exists = all,
  }: { bounding?: string[]; exists?: (at: string) => boolean } = {},
) =>
  emptyKernelFileSystems(
    {
      root: { path: '/r' },
      process: { capabilities: { bounding } },
      mounts: [...mounts],
      linux: { namespaces: [] },
    },
    exists,
  ).map(({ destination }) => destination);

describe('emptyKernelFileSystems', () => {
  it('A4: covers the mount points that the kernel has, where systemd would try to mount', () => {
    expect(covered([sysfs])).toEqual([
      '/sys/kernel/config',
      '/sys/kernel/debug',
      '/sys/kernel/security',
      '/sys/kernel/tracing',
    ]);
    expect(covered([sysfs], { exists: (at) => at === '/sys/kernel/debug' })).toEqual(['/sys/kernel/debug']);
    expect(covered([sysfs], { bounding: ['CAP_SYS_ADMIN'] })).toEqual([]);
  });

  it('leaves alone what the container mounts there itself, and a /sys that is no sysfs', () => {
    const bind = (destination: string): OciMount => ({ destination, type: 'bind', source: '/x' });
    expect(covered([sysfs, bind('/sys/kernel/debug/')])).toEqual([
      '/sys/kernel/config',
      '/sys/kernel/security',
      '/sys/kernel/tracing',
    ]);
    expect(covered([sysfs, bind('/sys/kernel/tracing/a')])).toEqual([
      '/sys/kernel/config',
      '/sys/kernel/debug',
      '/sys/kernel/security',
    ]);
    expect(covered([sysfs, bind('/sys/kernel')])).toEqual([]);
    expect(covered([bind('/sys')])).toEqual([]);
    expect(covered([sysfs, bind('/sys')])).toEqual([]);
    expect(covered([])).toEqual([]);
  });
});
