import { describe, expect, it } from 'vitest';
import { refusalText } from './decision.ts';
import { defaultJsonLimits } from './json-limits.ts';
import { JsonReading } from './json-parser.ts';
import { bodyLimits, limitDenial } from './limits.ts';
import { maxArgumentBytes, maxPathBytes, utf8Bytes } from './sizes.ts';

const list = <T>(count: number, entry: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => entry(index));
const map = (count: number, key: (index: number) => string, value: unknown = {}) =>
  Object.fromEntries(list(count, (index) => [key(index), value]));
const path = (bytes: number) => `/${'a/'.repeat(bytes)}`.slice(0, bytes);
const refusal = (body: unknown): string | null => {
  const read = new JsonReading(
    typeof body === 'string' ? body : JSON.stringify(body),
    defaultJsonLimits,
    bodyLimits,
  ).next(Infinity);
  if (read?.ok === true) return null;
  if (read?.exceeded === undefined) throw new Error(read?.why);
  return refusalText(limitDenial(read.exceeded));
};
const host = (fields: Record<string, unknown>) => ({ Image: 'busybox', HostConfig: fields });
const text = (what: string, detail: string) =>
  `enhanced container isolation: ${what} is blocked: one request may not keep the gateway from serving ` +
  `others (${detail}); no setting allows it`;

/** Field, limit, a body with that many entries, what to do. */
const counted: readonly (readonly [string, number, (count: number) => unknown, string])[] = [
  [
    'HostConfig.Binds',
    512,
    (count) => host({ Binds: list(count, (index) => `/home/d${index}:/m${index}`) }),
    'mount a directory that contains several of them',
  ],
  [
    'HostConfig.Mounts',
    512,
    (count) =>
      host({
        Mounts: list(count, (index) => ({ Type: 'bind', Source: `/home/d${index}`, Target: `/m${index}` })),
      }),
    'mount a directory that contains several of them',
  ],
  [
    'Volumes',
    512,
    (count) => ({ Volumes: map(count, (index) => `/m${index}`) }),
    'mount a directory that contains several of them',
  ],
  [
    'HostConfig.Tmpfs',
    512,
    (count) => host({ Tmpfs: map(count, (index) => `/m${index}`, '') }),
    'mount a directory that contains several of them',
  ],
  [
    'HostConfig.VolumesFrom',
    64,
    (count) => host({ VolumesFrom: list(count, (index) => `c${index}`) }),
    'request fewer of them',
  ],
  [
    'HostConfig.Links',
    256,
    (count) => host({ Links: list(count, (index) => `c${index}:l`) }),
    'put the containers on one network',
  ],
  [
    'HostConfig.Devices',
    256,
    (count) => host({ Devices: list(count, () => ({ PathOnHost: '/dev/null' })) }),
    'request fewer of them',
  ],
  [
    'HostConfig.Ulimits',
    64,
    (count) => host({ Ulimits: list(count, () => ({ Name: 'nofile' })) }),
    'request fewer of them',
  ],
  [
    'HostConfig.Sysctls',
    1024,
    (count) => host({ Sysctls: map(count, (index) => `net.a${index}`, '1') }),
    'request fewer of them',
  ],
  [
    'HostConfig.ExtraHosts',
    1024,
    (count) => host({ ExtraHosts: list(count, (index) => `h${index}:1.1.1.1`) }),
    'request fewer of them',
  ],
  [
    'HostConfig.SecurityOpt',
    64,
    (count) => host({ SecurityOpt: list(count, () => 'no-new-privileges') }),
    'use a shorter seccomp profile',
  ],
  [
    'HostConfig.PortBindings',
    131_070,
    (count) => host({ PortBindings: map(count, (index) => `${index}/tcp`, null) }),
    'request fewer of them',
  ],
  [
    'ExposedPorts',
    131_070,
    (count) => ({ ExposedPorts: map(count, (index) => `${index}/tcp`, null) }),
    'request fewer of them',
  ],
  [
    'NetworkingConfig.EndpointsConfig',
    64,
    (count) => ({ NetworkingConfig: { EndpointsConfig: map(count, (index) => `n${index}`) } }),
    'request fewer of them',
  ],
  [
    'Env',
    65_536,
    (count) => ({ Env: list(count, (index) => `A${index}=`) }),
    'put the values in a file that is mounted',
  ],
  ['Cmd', 65_536, (count) => ({ Cmd: list(count, () => 'a') }), 'put the values in a file that is mounted'],
  [
    'Entrypoint',
    65_536,
    (count) => ({ Entrypoint: list(count, () => 'a') }),
    'put the values in a file that is mounted',
  ],
  [
    'Labels',
    4096,
    (count) => ({ Labels: map(count, (index) => `l${index}`, '') }),
    'put the values in a file that is mounted',
  ],
  [
    'IPAM.Config',
    1024,
    (count) => ({ Name: 'n', IPAM: { Config: list(count, () => ({})) } }),
    'request fewer of them',
  ],
  [
    'DriverOpts',
    1024,
    (count) => ({ Name: 'v', DriverOpts: map(count, (index) => `o${index}`, '') }),
    'request fewer of them',
  ],
  ['the body', 1024, (count) => map(count, (index) => `f${index}`, ''), 'request fewer of them'],
];

describe('maximum content of one request', () => {
  it.each(counted)(
    '%s: %i entries pass, one more is refused, with what to do instead',
    (field, most, body, instead) => {
      expect(refusal(body(most))).toBeNull();
      expect(refusal(body(most + 1))).toBe(text(`more than ${most} entries in ${field}`, instead));
    },
  );

  it.each([
    [
      'HostConfig.Mounts[0].Source',
      maxPathBytes,
      (bytes: number) => host({ Mounts: [{ Type: 'bind', Source: path(bytes), Target: '/m' }] }),
      'use a shorter path',
    ],
    [
      'HostConfig.Mounts[0].Target',
      maxPathBytes,
      (bytes: number) => host({ Mounts: [{ Type: 'tmpfs', Target: path(bytes) }] }),
      'use a shorter path',
    ],
    [
      'HostConfig.Tmpfs',
      maxPathBytes,
      (bytes: number) => host({ Tmpfs: { [path(bytes)]: '' } }),
      'use a shorter path',
    ],
    ['Volumes', maxPathBytes, (bytes: number) => ({ Volumes: { [path(bytes)]: {} } }), 'use a shorter path'],
    [
      'HostConfig.Devices[0].PathOnHost',
      maxPathBytes,
      (bytes: number) => host({ Devices: [{ PathOnHost: path(bytes) }] }),
      'use a shorter one',
    ],
    [
      'Env[0]',
      maxArgumentBytes,
      (bytes: number) => ({ Env: ['a'.repeat(bytes)] }),
      'put the values in a file that is mounted',
    ],
    [
      'Cmd[1]',
      maxArgumentBytes,
      (bytes: number) => ({ Cmd: ['a', 'a'.repeat(bytes)] }),
      'put the values in a file that is mounted',
    ],
    ['Image', 4096, (bytes: number) => ({ Image: 'a'.repeat(bytes) }), 'use a shorter name'],
    [
      'HostConfig.SecurityOpt[0]',
      1024 * 1024,
      (bytes: number) => host({ SecurityOpt: ['a'.repeat(bytes)] }),
      'use a shorter seccomp profile',
    ],
    [
      'WorkingDir',
      maxArgumentBytes,
      (bytes: number) => ({ WorkingDir: 'a'.repeat(bytes) }),
      'use a shorter one',
    ],
  ])('%s: %i bytes pass, one more is refused', (field, most, body, instead) => {
    expect(refusal(body(most))).toBeNull();
    expect(refusal(body(most + 1))).toBe(
      text(`a value of ${most + 1} bytes in ${field}`, `at most ${most} are allowed; ${instead}`),
    );
  });

  it('limits a field in every spelling that the engine accepts for it, and at the top level', () => {
    for (const body of [
      { hostconfig: { BINDS: list(513, () => '/a:/b') } },
      { Binds: list(513, () => '/a:/b') },
      { bindſ: list(513, () => '/a:/b') },
    ])
      expect(refusal(body)).toMatch(/more than 512 entries/);
  });

  it('limits the bytes of all variables, and of all labels', () => {
    expect(refusal({ Env: list(16, () => 'a'.repeat(maxArgumentBytes)) })).toBeNull();
    expect(refusal({ Env: list(17, () => 'a'.repeat(maxArgumentBytes)) })).toBe(
      text('more than 2097152 bytes in Env', 'put the values in a file that is mounted'),
    );
    expect(refusal({ Labels: map(9, (index) => `l${index}`, 'a'.repeat(120_000)) })).toBe(
      text('more than 1048576 bytes in Labels', 'put the values in a file that is mounted'),
    );
  });

  it('allows publishing every port of a protocol, in a body as sent by the docker command line', () => {
    const ports = list(65_535, (index) => index + 1);
    const body = JSON.stringify({
      Image: 'busybox',
      ExposedPorts: Object.fromEntries(ports.map((port) => [`${port}/tcp`, {}])),
      HostConfig: {
        PortBindings: Object.fromEntries(
          ports.map((port) => [`${port}/tcp`, [{ HostIp: '', HostPort: String(port) }]]),
        ),
      },
    });
    expect(body.length).toBeLessThan(4 * 1024 * 1024);
    expect(refusal(body)).toBeNull();
  });

  it('counts bytes, not characters', () => {
    expect(['a', 'é', '漢', '😀', ''].map(utf8Bytes)).toEqual([1, 2, 3, 4, 0]);
    expect(refusal({ Image: '漢'.repeat(1366) })).toContain('a value of 4098 bytes in Image');
  });

  it("ignores fields with the names of a container's fields in other places", () => {
    expect(
      refusal({ Labels: { Binds: 'a', Env: 'b' }, HostConfig: { Annotations: { Image: 'a'.repeat(5000) } } }),
    ).toBeNull();
  });
});
