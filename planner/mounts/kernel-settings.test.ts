import { expect, it } from 'vitest';
import type { OciMount, OciSpec } from '../base/oci-spec.ts';
import { canEmulateKernelSettings } from './kernel-settings.ts';

const proc: OciMount = { destination: '/proc', type: 'proc', options: ['nosuid', 'noexec', 'nodev'] };
const sys: OciMount = { destination: '/sys', type: 'sysfs', options: ['nosuid', 'rw'] };
const dev: OciMount = { destination: '/dev', type: 'tmpfs' };
const cgroup: OciMount = { destination: '/sys/fs/cgroup', type: 'cgroup' };
const pts: OciMount = { destination: '/dev/pts', type: 'devpts' };
const bind = (destination: string): OciMount => ({ destination, type: 'bind', source: '/s' });

const spec = (mounts: OciMount[], linux: object = {}, bounding = ['CAP_SYS_ADMIN']): OciSpec => ({
  root: { path: 'rootfs' },
  process: { capabilities: { bounding } },
  mounts,
  linux: { namespaces: [], ...linux },
});
const privileged = [proc, dev, pts, sys, cgroup];

it('A4: kernel settings are emulated where nothing of /proc and /sys is hidden', () => {
  expect(canEmulateKernelSettings(spec(privileged))).toBe(true);
  expect(canEmulateKernelSettings(spec(privileged, { maskedPaths: null, readonlyPaths: [] }))).toBe(true);
  expect(canEmulateKernelSettings(spec([...privileged, bind('/sys/kernel/x'), bind('/w')]))).toBe(true);
});

it('A5: no kernel settings are emulated without the right to mount, or with hidden files', () => {
  expect(canEmulateKernelSettings(spec(privileged, {}, ['CAP_SYS_RAWIO']))).toBe(false);
  expect(canEmulateKernelSettings({ ...spec(privileged), process: undefined })).toBe(false);
  expect(canEmulateKernelSettings(spec(privileged, { maskedPaths: ['/proc/kcore'] }))).toBe(false);
  expect(canEmulateKernelSettings(spec(privileged, { readonlyPaths: ['/proc/sys'] }))).toBe(false);
});

it('no kernel settings are emulated if a kernel file system is missing, read-only or mounted over', () => {
  const others = [
    [proc, dev],
    [proc, sys],
    [dev, sys],
    [proc, dev, { ...sys, options: ['ro'] }],
    [{ ...proc, type: 'bind' }, dev, sys],
    [proc, { ...dev, type: 'bind' }, sys],
    [proc, { ...dev, destination: '/dev/' }, sys],
    [proc, proc, dev, sys],
    [proc, dev, sys, bind('/proc/uptime')],
    [proc, dev, sys, bind('/sys/module/')],
    [proc, dev, sys, bind('/sys/module/nf_conntrack/parameters')],
  ];
  for (const mounts of others)
    expect(canEmulateKernelSettings(spec(mounts)), JSON.stringify(mounts)).toBe(false);
});
