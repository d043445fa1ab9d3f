import { describe, expect, it } from 'vitest';
import { expandShare, judgeShare, type ShareContext } from './index.ts';

const linux: ShareContext = {
  platform: 'linux',
  home: '/home/u',
  engineDirectories: ['/srv/bulkhead/data', '/srv/bulkhead'],
  socketPath: '/srv/sockets/docker.sock',
};
const verdict = (path: string, context = linux) => {
  const v = judgeShare(path, context);
  return v.kind === 'fine' ? 'fine' : v.kind === 'dangerous' ? v.danger : v.reason;
};

describe('judgeShare', () => {
  it.each([
    ['/', 'everything'],
    ['//', 'everything'],
    ['/etc', 'system-configuration'],
    ['/etc/', 'system-configuration'],
    ['//etc', 'system-configuration'],
    ['/etc/ssh', 'system-configuration'],
    ['/var/run', 'runtime-state'],
    ['/run', 'runtime-state'],
    ['/run/user/1000', 'runtime-state'],
    ['/var/run/docker.sock', 'socket'],
    ['/run/docker.sock', 'socket'],
    ['/proc', 'kernel'],
    ['/sys/fs', 'kernel'],
    ['/dev', 'devices'],
    ['/root', 'administrator-home'],
    ['/root/x', 'administrator-home'],
    ['/usr', 'programs'],
    ['/usr/bin', 'programs'],
    ['/boot', 'system-configuration'],
    ['/var/lib/docker', 'engine'],
    ['/var/lib/docker/volumes', 'engine'],
    ['/var/lib/containerd', 'engine'],
    ['/var/lib/sysbox/rootfs', 'engine'],
    ['/etc/bulkhead', 'engine'],
    ['/run/bulkhead/x', 'engine'],
    ['/srv/bulkhead/data', 'engine'],
    ['/srv/bulkhead/data/x', 'engine'],
    ['/srv/bulkhead', 'engine'],
    ['/srv', 'engine'],
    ['/srv/sockets', 'socket'],
    ['/srv/sockets/docker.sock', 'socket'],
    ['/home', 'all-homes'],
    // similar, but not equal: whole path components count
    ['/srv/bulkhead2', 'fine'],
    ['/etcetera', 'fine'],
    ['/home/u', 'fine'],
    ['/home/u/etc', 'fine'],
    ['/runs', 'fine'],
    ['/data', 'fine'],
    ['/mnt/disk', 'fine'],
    ['/srv/socketsx', 'fine'],
    ['/usr/src', 'fine'],
    ['/usr/src/app', 'fine'],
    ['/opt', 'engine'],
    ['/opt/app', 'fine'],
    ['$HOME', 'fine'],
    ['$HOME/code', 'fine'],
    ['$TMP', 'fine'],
    ['$TEMP/x', 'fine'],
    ['', 'empty'],
    [' ', 'empty'],
    ['etc', 'relative'],
    ['./x', 'relative'],
    ['/home/u/../../etc', 'not-normal'],
    ['/a/./b', 'not-normal'],
    ['$HOMES', 'unknown-variable'],
    ['$PWD/x', 'unknown-variable'],
    ['$HOME..', 'unknown-variable'],
    ['$HOME/../x', 'not-normal'],
    ['~', 'unknown-variable'],
    ['~/x', 'unknown-variable'],
    ['/a\u0000b', 'control-character'],
    ['/a\nb', 'control-character'],
  ])('%j: %s', (path, expected) => {
    expect(verdict(path)).toBe(expected);
  });

  it('rates parents by their most dangerous descendant, and names it', () => {
    expect(judgeShare('/var', linux)).toMatchObject({
      kind: 'dangerous',
      danger: 'socket',
      holds: '/var/run/docker.sock',
    });
    expect(judgeShare('/srv', linux)).toMatchObject({
      kind: 'dangerous',
      danger: 'engine',
      holds: '/srv/bulkhead/data',
    });
  });

  it('counts the directory of the package among the parents only where it may exist', () => {
    expect(judgeShare('/opt', linux)).toMatchObject({ danger: 'engine', holds: '/opt/bulkhead' });
    expect(judgeShare('/opt', { ...linux, packageInstalled: true })).toMatchObject({ danger: 'engine' });
    expect(verdict('/opt', { ...linux, packageInstalled: false })).toBe('fine');
    expect(verdict('/opt/bulkhead', { ...linux, packageInstalled: false })).toBe('engine');
    expect(verdict('/', { ...linux, packageInstalled: false })).toBe('everything');
  });

  it("treats root's home as the sharing user's own if it is, but not what the engine stores in it", () => {
    const root: ShareContext = { platform: 'linux', home: '/root', engineDirectories: ['/root/.bulkhead'] };
    expect(verdict('$HOME/code', root)).toBe('fine');
    expect(verdict('$HOME/.bulkhead/data', root)).toBe('engine');
    expect(verdict('$HOME', root)).toBe('engine');
    expect(verdict('/root/code', root)).toBe('administrator-home');
  });

  it.each([
    ['C:\\', 'everything'],
    ['d:', 'relative'],
    ['D:/', 'everything'],
    ['C:\\Windows\\System32', 'programs'],
    ['C:\\Program Files (x86)', 'programs'],
    ['C:\\ProgramData\\DockerDesktop', 'system-configuration'],
    ['C:\\Users', 'all-homes'],
    ['C:\\Users\\me', 'fine'],
    ['D:\\code', 'fine'],
    ['\\\\server\\share', 'fine'],
    ['code', 'relative'],
    ['C:\\a\\..\\b', 'not-normal'],
    ['$HOME\\code', 'fine'],
  ])('on Windows %j: %s', (path, expected) => {
    expect(verdict(path, { platform: 'win32' })).toBe(expected);
  });

  it('replaces variables with known values', () => {
    expect([
      expandShare('$HOME/a', { home: '/home/u' }),
      expandShare('$TEMP', { tmp: '/tmp' }),
      expandShare('$TMP/x', {}),
      expandShare('/x', {}),
    ]).toEqual(['/home/u/a', '/tmp', null, '/x']);
  });
});
