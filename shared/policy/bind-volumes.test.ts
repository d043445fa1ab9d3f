import { describe, expect, it } from 'vitest';
import { restoreBinds } from './binds-as-mounts.ts';
import { bindVolume, mountOfBind, mountOfVolume } from './bind-volumes.ts';
import { parseBind } from './bind-spec.ts';
import { isObject, type Json } from './json.ts';
import { parseJson } from './json-parser.ts';

const volume = (options: Record<string, string>, driver = 'local') =>
  bindVolume({ driver, options: new Map(Object.entries(options)) });
const json = (value: unknown): Json => {
  const parsed = parseJson(JSON.stringify(value));
  if (!parsed.ok) throw new Error(parsed.why);
  return parsed.value;
};

describe('a volume that is a directory of the machine', () => {
  it('is one of the local driver with o=bind, and nothing else', () => {
    const plain = { type: 'none', o: 'bind', device: '/d' };
    expect(volume(plain)).toEqual({ device: '/d', recursive: false, readOnly: false });
    expect(volume({ ...plain, o: 'rbind,ro' }, '')).toEqual({
      device: '/d',
      recursive: true,
      readOnly: true,
    });
    for (const other of [
      { type: 'ext4' },
      { type: 'tmpfs' },
      { o: 'ro' },
      { o: 'bind,suid' },
      { o: 'bind,shared' },
      { device: 'd' },
      { device: '' },
      { size: '1m' },
    ])
      expect([other, volume({ ...plain, ...other })]).toEqual([other, null]);
    expect(volume(plain, 'plugin')).toBeNull();
  });

  it('is a bind for the engine, and the volume again in inspect responses', () => {
    const bound = volume({ type: 'none', o: 'bind', device: '/d' });
    const spec = parseBind('dir:/x:ro');
    const sent = json({ Type: 'volume', Source: 'dir', Target: '/y' });
    if (bound === null || !spec.ok || !isObject(sent)) throw new Error('no volume');
    const mounts = [
      mountOfBind(bound, '/d', spec.spec, { index: 1, text: 'dir:/x:ro' }),
      mountOfVolume(bound, '/d', sent),
    ];
    expect(mounts[0]).toEqual(
      new Map<string, unknown>([
        ['Type', 'bind'],
        ['Source', '/d'],
        ['Target', '/x'],
        ['Consistency', 'bulkhead-volume:1:dir:/x:ro'],
        ['ReadOnly', true],
        ['BindOptions', new Map([['NonRecursive', true]])],
      ]),
    );
    const converted = json({
      Type: 'bind',
      Source: '/b',
      Target: '/b',
      Consistency: 'bulkhead-bind:1:/b:/b',
    });
    const inspected = new Map<string, Json>([
      [
        'HostConfig',
        new Map<string, Json>([
          ['Binds', ['a:/a']],
          ['Mounts', [...mounts.flatMap((one) => one ?? []), converted]],
        ]),
      ],
      ['Mounts', json([{ Type: 'bind', Source: '/d', Destination: '/x', Mode: '' }])],
    ]);
    expect(restoreBinds(inspected)).toEqual(
      new Map<string, Json>([
        [
          'HostConfig',
          new Map<string, Json>([
            ['Binds', ['a:/a', 'dir:/x:ro', '/b:/b']],
            ['Mounts', [sent]],
          ]),
        ],
        [
          'Mounts',
          json([
            { Type: 'volume', Name: 'dir', Source: '/d', Destination: '/x', Mode: 'ro', Driver: 'local' },
          ]),
        ],
      ]),
    );
  });

  it('is not bound if a subpath of it is requested', () => {
    const bound = volume({ type: 'none', o: 'bind', device: '/d' });
    const mount = json({ Type: 'volume', Source: 'dir', Target: '/y', VolumeOptions: { Subpath: 'in' } });
    expect(bound !== null && isObject(mount) ? mountOfVolume(bound, '/d', mount) : 'x').toBeNull();
  });
});
