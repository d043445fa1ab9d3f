import { describe, expect, it } from 'vitest';
import { confinementText, deviceCgroup } from './device-confinement.ts';

const line = (root: string, point: string, type: string, options: string) =>
  `30 20 0:26 ${root} ${point} rw,nosuid shared:9 - ${type} ${type} rw,${options}\n`;
const v1 =
  line('/', '/sys/fs/cgroup/memory', 'cgroup', 'memory') +
  line('/', '/sys/fs/cgroup/devices', 'cgroup', 'devices');
const v2 = line('/', '/sys/fs/cgroup', 'cgroup2', 'nsdelegate');
const name = 'bulkhead-0123456789';

describe('the devices cgroup of the engine', () => {
  it.each<[string, string, string, string | null]>([
    [
      "v1: below the process's own in the devices hierarchy",
      v1,
      '9:memory:/else\n5:devices:/system.slice/b.service\n0::/x\n',
      `/sys/fs/cgroup/devices/system.slice/b.service/${name}`,
    ],
    [
      'v1 with controllers mounted together',
      line('/', '/cg', 'cgroup', 'freezer,devices'),
      '5:freezer,devices:/\n',
      `/cg/${name}`,
    ],
    [
      "hybrid: v1's, where it is mounted",
      line('/', '/sys/fs/cgroup/unified', 'cgroup2', 'x') + v1,
      '5:devices:/\n0::/\n',
      `/sys/fs/cgroup/devices/${name}`,
    ],
    ['v2', v2, '0::/system.slice/b.service\n', `/sys/fs/cgroup/system.slice/b.service/${name}`],
    ["v2, v1's devices not mounted", v2, '5:devices:/\n0::/\n', `/sys/fs/cgroup/${name}`],
    [
      'a mount of a part of the hierarchy',
      line('/docker/c', '/cg', 'cgroup', 'devices'),
      '5:devices:/docker/c/sub\n',
      `/cg/sub/${name}`,
    ],
    [
      'v1 out of reach, v2 at hand',
      line('/docker/c', '/cg', 'cgroup', 'devices') + v2,
      '5:devices:/\n0::/\n',
      `/sys/fs/cgroup/${name}`,
    ],
    ['the own cgroup above the namespace', v2, '0::/../other\n', null],
    ['neither mounted', line('/', '/sys/fs/cgroup/memory', 'cgroup', 'memory'), '5:devices:/\n0::/\n', null],
  ])('%s', (_, mountinfo, cgroups, directory) => {
    expect(deviceCgroup(mountinfo, cgroups, name)).toBe(directory);
  });

  it('the arguments of the device cgroup precede the program; without one there are none', () => {
    const args = confinementText({ directory: `/cg/${name}`, program: '/r/bulkhead-runc' });
    expect(args).toEqual(['/r/bulkhead-runc', '--bulkhead-confine-devices', `/cg/${name}`, '--']);
    expect(confinementText(undefined)).toEqual([]);
  });
});
