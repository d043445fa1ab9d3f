import { describe, expect, it } from 'vitest';
import { decide, host } from './create-facts-fixture.ts';

describe('A1, A8: mounts of the machine\u2019s that are to appear in it again', () => {
  const mount = (propagation: string, more: object = {}) => ({
    Mounts: [
      {
        Type: 'bind',
        Source: '/shared/a',
        Target: '/x',
        BindOptions: { Propagation: propagation, NonRecursive: true },
        ...more,
      },
    ],
  });

  it.each([
    [{ Binds: ['/shared/a:/x:rw,rshared'] }, { Binds: ['/shared/a:/x:rw,rslave'] }],
    [{ Binds: ['/shared/a:/x:shared'] }, { Binds: ['/shared/a:/x:slave'] }],
    [mount('rshared'), mount('rslave')],
    [mount('shared'), mount('slave')],
  ])('%j: a container that may not mount gets %j, the same for it', (sent, written) => {
    for (const more of [{}, { CapAdd: ['NET_ADMIN', 'cap_sys_ptrace'] }]) {
      const result = host({ ...sent, ...more });
      expect(result.written['HostConfig']).toMatchObject(written);
      expect(result.decision).toMatchObject({
        outcome: 'rewrite',
        changes: expect.arrayContaining([expect.objectContaining({ rule: 'bind-propagation' })]) as unknown,
      });
    }
  });

  it.each([
    { Privileged: true },
    { CapAdd: ['SYS_ADMIN'] },
    { CapAdd: ['NET_RAW', 'cap_sys_admin'] },
    { CapAdd: ['All'] },
    { CapAdd: ['\u017fys_admin'] },
    { CapAdd: [' SYS_ADMIN'] },
  ])('%j: a container that may mount is refused', (more) => {
    for (const sent of [{ Binds: ['/shared/a:/x:rshared'] }, mount('shared')])
      expect(host({ ...sent, ...more }).decision).toMatchObject({ rule: 'bind-propagation' });
  });

  it('propagation of a volume is refused, and nothing of it is left in what is sent', () => {
    const why = 'invalid mount config for type "volume": field BindOptions must not be specified';
    expect(host({ Binds: ['new:/x:rshared'] }).decision).toMatchObject({
      rule: 'bind-propagation',
      engineError: { status: 500, message: `invalid volume specification: 'new:/x:rshared': ${why}` },
    });
    expect(host(mount('rshared', { Type: 'volume', Source: 'new' })).decision).toMatchObject({
      rule: 'bind-propagation',
      engineError: { status: 400, message: 'BindOptions must not be specified on mount type "volume"' },
    });
    expect(host({ Binds: ['/shared/a:/x:rshared,shared'] }).written['HostConfig']).toMatchObject({
      Binds: ['/shared/a:/x:rslave,slave'],
    });
  });
});

describe('A1, A8: the machine\u2019s file of a device that every container has', () => {
  it.each([
    { Binds: ['/dev/null:/x'] },
    { Binds: ['/dev/./null:/x:ro'] },
    { Mounts: [{ Type: 'bind', Source: '/dev/null', Target: '/x', ReadOnly: true }] },
  ])('%j: needs no share', (sent) => {
    const { decision, written } = host(sent);
    expect(decision.outcome).toBe('rewrite');
    expect(JSON.stringify(written['HostConfig'])).toMatch(/"\/dev\/null(?::|")/);
  });

  it('is no other file there', () => {
    for (const sent of [
      { Binds: ['/dev/tty:/x'] },
      { Mounts: [{ Type: 'bind', Source: '/dev/tty', Target: '/x' }] },
    ])
      expect(host(sent).decision).toMatchObject({ rule: 'bind-not-shared' });
  });
});

describe('A1: volumes without a name', () => {
  it('have an absolute path: runc takes a relative one as below the root', () => {
    const result = decide({ Image: 'busybox', Volumes: { data: {}, './a/../b': {}, '../c': {}, '/d': {} } });
    expect(result.written['Volumes']).toEqual({ '/data': {}, '/b': {}, '/c': {}, '/d': {} });
    expect(result.decision).toMatchObject({
      changes: [
        { rule: 'runtime-forced' },
        { rule: 'cleaned-path', field: 'Volumes', before: 'data', after: '/data' },
        { before: './a/../b', after: '/b' },
        { before: '../c', after: '/c' },
      ],
    });
    expect(decide({ Image: 'busybox', Volumes: { '/a/': {} } }).written['Volumes']).toEqual({ '/a/': {} });
  });

  it.each(['', '.', '..', 'a/..', 'a:b', '/a:/b'])('%j is refused', (destination) => {
    expect(decide({ Image: 'busybox', Volumes: { [destination]: {} } }).decision).toMatchObject({
      rule: 'unmodelled-value',
    });
  });
});

describe('A8: a link, or a problem, where the caller may not look', () => {
  it.each(['/hidden/link', '/hidden/engine', '/hidden/file/x'])('%s is refused as any directory', (path) => {
    for (const sent of [
      { Binds: [`${path}:/x`] },
      { Mounts: [{ Type: 'bind', Source: path, Target: '/x' }] },
    ])
      expect(host(sent).text).toMatch(
        new RegExp(
          `: bind mount of ${path} is blocked: the directory is not shared with containers \\(A8\\);`,
        ),
      );
  });
  it('is followed where it leads to a shared directory', () => {
    expect(host({ Binds: ['/hidden/allowed:/x'] }).written['HostConfig']).toMatchObject({
      Binds: ['/shared/a:/x'],
    });
  });
});

it.each([
  ['/', 'because of what is in it', "the engine's own directory is in it"],
  ['/var', 'because of what is in it', 'the Docker socket is in it'],
  ['/data', 'as one of the engine', undefined],
])('A8: %s is refused %s, and the denial names the path', (path, _, detail) => {
  expect(host({ Binds: [`${path}:/x`] }).decision).toMatchObject({
    rule: 'bind-engine-directory',
    subject: { path },
    ...(detail === undefined ? {} : { detail }),
  });
});
