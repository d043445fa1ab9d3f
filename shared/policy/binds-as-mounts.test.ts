import { describe, expect, it } from 'vitest';
import { restoreBinds, bindsToMounts, isConvertedBind, decodeBinds } from './binds-as-mounts.ts';
import { parseJson } from './json-parser.ts';
import { writeJson, type Json, type JsonObject } from './json.ts';

const json = (value: unknown): JsonObject => {
  const parsed = parseJson(JSON.stringify(value), { depth: 64, elements: 1_000_000, entries: 1_000_000 });
  if (!parsed.ok || !(parsed.value instanceof Map)) throw new Error('not an object');
  return parsed.value;
};
const plain = (value: Json): unknown => JSON.parse(writeJson(value));
const none = { relabels: false, containers: new Map() };
/** The engine's inspect response for a container created from `host`. */
const inspected = (host: JsonObject, points: readonly object[] = []) => {
  const { Binds: binds = null, ...rest } = plain(host) as Record<string, unknown>;
  return json({ HostConfig: { Binds: binds, ...rest }, Mounts: points });
};

describe('binds whose source the engine does not create', () => {
  it('are mounts of the same meaning; named volumes stay binds', () => {
    const host = bindsToMounts(json({ Binds: ['/a:/x', 'vol:/v:ro', '/b:/y:ro,rslave', '/c:/z:rro'] }), none);
    expect(plain(host)).toEqual({
      Binds: ['vol:/v:ro'],
      Mounts: [
        { Type: 'bind', Source: '/a', Target: '/x', Consistency: 'bulkhead-bind:0:/a:/x' },
        {
          Type: 'bind',
          Source: '/b',
          Target: '/y',
          Consistency: 'bulkhead-bind:2:/b:/y:ro,rslave',
          ReadOnly: true,
          BindOptions: { Propagation: 'rslave' },
        },
        {
          Type: 'bind',
          Source: '/c',
          Target: '/z',
          Consistency: 'bulkhead-bind:3:/c:/z:rro',
          ReadOnly: true,
          BindOptions: { ReadOnlyForceRecursive: true },
        },
      ],
    });
  });

  it('stay binds if the engine refuses their options, or is to label them', () => {
    const refused = ['/a:/x:ro,rw', '/a:/y:nocopy', '/a:/z:rslave,private'];
    expect(plain(bindsToMounts(json({ Binds: refused }), none))).toEqual({ Binds: refused });
    expect(plain(bindsToMounts(json({ Binds: ['/a:/x:z'] }), { ...none, relabels: true }))).toEqual({
      Binds: ['/a:/x:z'],
    });
    expect(plain(bindsToMounts(json({ Binds: ['/a:/x:z'] }), none))).not.toHaveProperty('Binds');
    // A device of the machine must not get the label of a container.
    const device = bindsToMounts(json({ Binds: ['/dev/null:/x:ro,Z'] }), { ...none, relabels: true });
    expect(plain(device)).not.toHaveProperty('Binds');
  });

  it('come from another container as well, unless the request mounts something there', () => {
    const id = 'f'.repeat(64);
    const bind = { type: 'bind', name: '', readOnly: false };
    const containers = new Map([
      [
        'holder',
        {
          id,
          protected: true,
          mounts: [
            { ...bind, source: '/a', destination: '/x', propagation: 'rprivate' },
            { ...bind, source: '/b', destination: '/y' },
            { ...bind, source: '/c', destination: '/own' },
            { type: 'volume', name: 'v', source: '/v', destination: '/v', readOnly: false },
          ],
        },
      ],
    ]);
    const host = bindsToMounts(json({ VolumesFrom: [`${id}:ro`], Binds: ['vol:/own/'] }), {
      relabels: false,
      containers,
    });
    expect(plain(host)).toMatchObject({
      Binds: ['vol:/own/'],
      Mounts: [
        { Source: '/a', Target: '/x', ReadOnly: true, BindOptions: { Propagation: 'rprivate' } },
        { Source: '/b', Target: '/y', ReadOnly: true },
      ],
    });
    expect(plain(restoreBinds(inspected(host)))).toEqual({
      HostConfig: { Binds: ['vol:/own/'], VolumesFrom: [`${id}:ro`] },
      Mounts: [],
    });
  });

  it('are restored as they were sent, with their places and modes', () => {
    const created = {
      Type: 'bind',
      Source: '/m',
      Target: '/m',
      Consistency: 'cached',
      BindOptions: { CreateMountpoint: true },
    };
    const other = { Type: 'tmpfs', Target: '/t' };
    const sent = { Binds: ['/a:/x/:ro', 'vol:/v', '/b:/y'], Mounts: [created, other] };
    const host = bindsToMounts(json(sent), none);
    expect(JSON.stringify(plain(host))).not.toContain('CreateMountpoint');
    const points = [
      { Destination: '/x', Mode: '' },
      { Destination: '/v', Mode: 'z' },
      { Destination: '/m', Mode: '' },
    ];
    expect(plain(restoreBinds(inspected(host, points)))).toEqual({
      HostConfig: sent,
      Mounts: [
        { Destination: '/x', Mode: 'ro' },
        { Destination: '/v', Mode: 'z' },
        { Destination: '/m', Mode: '' },
      ],
    });
  });

  it('leave every other response unchanged', () => {
    for (const answer of [
      json({ message: 'x' }),
      inspected(json({ Binds: ['/a:/x'], Mounts: [{ Type: 'bind', Consistency: 'cached' }] })),
    ]) {
      expect(restoreBinds(answer)).toBe(answer);
    }
    expect(isConvertedBind('cached')).toBe(false);
    expect(decodeBinds(['bulkhead-bind:x', 'bulkhead-bind:99:/a:/x'], ['v:/v']).binds).toEqual([
      'v:/v',
      '/a:/x',
    ]);
  });
});
