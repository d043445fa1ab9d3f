import { describe, expect, it } from 'vitest';
import { grantedFiles, isolateDevices, ownFileNames } from './devices.ts';

const device = (path: string, major: number, minor: number, type = 'c') => ({
  path,
  type,
  major,
  minor,
  fileMode: 438,
  uid: 0,
  gid: 0,
});

const none = new Map<string, string>();

describe('isolateDevices', () => {
  it('A1 keeps harmless devices under their own names', () => {
    const fuse = device('/dev/fuse', 10, 229);
    expect(isolateDevices([fuse], false, none)).toEqual({
      devices: [fuse],
      mounts: [],
      opened: [{ type: 'c', major: 10, minor: 229, access: 'rwm' }],
    });
  });

  it.each(['/dev/nil', '/etc/shadow', '/dev/../etc/shadow', '/dev/sda', '//dev/null'])(
    "A5, A8 never lets a device by another name (%s) become the machine's file of that name",
    (path) => {
      const { devices, mounts } = isolateDevices([device(path, 1, 3)], false, none);
      expect(devices).toEqual([]);
      expect(mounts).toEqual([
        { destination: path, type: 'bind', source: '/dev/null', options: ['bind', 'nosuid', 'noexec'] },
      ]);
    },
  );

  it('A5 refuses other devices, even under a harmless name', () => {
    expect(() => isolateDevices([device('/dev/null', 8, 0, 'b')], false, none)).toThrow(
      /the device \/dev\/null \(b 8:0\)/,
    );
    expect(() => isolateDevices([{ path: '/dev/null', type: 'p' }], false, none)).toThrow(
      /the device \/dev\/null/,
    );
  });

  it('A4, A5 leaves a privileged container the harmless ones', () => {
    expect(
      isolateDevices(
        [device('/dev/vda', 254, 0, 'b'), device('/dev/kmsg', 1, 11), device('/dev/fuse', 10, 229)],
        true,
        none,
      ).devices.map((one) => one.path),
    ).toEqual(['/dev/fuse']);
  });

  it("A1 binds our own files if there are some, so that they belong to the container's root", () => {
    const own = new Map([['/dev/fuse', '/targets/0']]);
    expect(
      isolateDevices([device('/dev/fuse', 10, 229), device('/dev/myfuse', 10, 229)], false, own).mounts.map(
        ({ destination, source }) => [destination, source],
      ),
    ).toEqual([
      ['/dev/fuse', '/targets/0'],
      ['/dev/myfuse', '/targets/0'],
    ]);
    expect(
      ownFileNames(
        [device('/dev/fuse', 10, 229), device('/dev/null', 1, 3), device('/dev/zilch', 1, 5)],
        false,
      ),
    ).toEqual(new Set(['/dev/fuse', '/dev/zero']));
  });

  it('A4, A5: /dev/kmsg is /dev/null in a privileged container and refused to an ordinary one', () => {
    expect(isolateDevices([device('/dev/kmsg', 1, 11)], true, none)).toMatchObject({
      devices: [],
      mounts: [{ destination: '/dev/kmsg', source: '/dev/null' }],
      opened: [{ major: 1, minor: 3 }],
    });
    expect(() => isolateDevices([device('/dev/kmsg', 1, 11)], false, none)).toThrow(/\/dev\/kmsg/);
  });

  it('A5: a granted device is identified by its numbers, whatever its name, with the granted access', () => {
    const disk = { type: 'b', major: 254, minor: 0, access: 'r' } as const;
    const given = [device('/dev/x', 254, 0, 'b')];
    const [file] = grantedFiles(given, [disk]);
    expect(file).toEqual({ name: 'b254:0', type: 'b', major: 254, minor: 0, mode: 0o666, uid: 0, gid: 0 });
    const sources = new Map([['b254:0', '/targets/0']]);
    expect(isolateDevices(given, false, sources, [disk])).toEqual({
      devices: [],
      mounts: [
        { destination: '/dev/x', type: 'bind', source: '/targets/0', options: ['bind', 'nosuid', 'noexec'] },
      ],
      opened: [{ type: 'b', major: 254, minor: 0, access: 'r' }],
    });
    expect(() => isolateDevices(given, false, none, [disk])).toThrow(/there is no file for the device/);
    for (const other of [device('/dev/x', 254, 1, 'b'), device('/dev/x', 254, 0)])
      expect(() => isolateDevices([other], false, sources, [disk])).toThrow(
        /is not one a protected container/,
      );
  });
});
