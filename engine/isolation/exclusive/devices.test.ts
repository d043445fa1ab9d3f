import { describe, expect, it } from 'vitest';
import { isolateDevices } from './devices.ts';

const device = (path: string, major: number, minor: number, type = 'c') => ({ path, type, major, minor, fileMode: 438, uid: 0, gid: 0 });

describe('isolateDevices', () => {
  it('A1 keeps harmless devices by their own names', () => {
    const fuse = device('/dev/fuse', 10, 229);
    expect(isolateDevices([fuse], false)).toEqual({ devices: [fuse], mounts: [], opened: [{ type: 'c', major: 10, minor: 229 }] });
  });

  it.each(['/dev/nil', '/etc/shadow', '/dev/../etc/shadow', '/dev/sda', '//dev/null'])('A5, A8 never lets a device by another name (%s) become the machine\'s file of that name', (path) => {
    const { devices, mounts } = isolateDevices([device(path, 1, 3)], false);
    expect(devices).toEqual([]);
    expect(mounts).toEqual([{ destination: path, type: 'bind', source: '/dev/null', options: ['bind', 'nosuid', 'noexec'] }]);
  });

  it('A5 refuses other devices, also where the name is harmless', () => {
    expect(() => isolateDevices([device('/dev/null', 8, 0, 'b')], false)).toThrow(/the device \/dev\/null \(b 8:0\)/);
    expect(() => isolateDevices([{ path: '/dev/null', type: 'p' }], false)).toThrow(/the device \/dev\/null/);
  });

  it('A4, A5 leaves a privileged container the harmless ones', () => {
    expect(isolateDevices([device('/dev/vda', 254, 0, 'b'), device('/dev/kmsg', 1, 11), device('/dev/fuse', 10, 229)], true).devices.map((one) => one.path)).toEqual(['/dev/fuse']);
  });
});
