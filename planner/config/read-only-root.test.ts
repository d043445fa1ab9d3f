import { expect, it } from 'vitest';
import type { OciMount, OciSpec } from '../base/oci-spec.ts';
import { isRootReadOnlyFromStart, mountPointsOnRoot } from './read-only-root.ts';

const spec = (mounts: readonly OciMount[], root: Record<string, unknown> = {}): OciSpec => ({
  root: { path: '/r', ...root },
  mounts: [...mounts],
  linux: { namespaces: [] },
});
const bind = (destination: string, source: string): OciMount => ({ destination, source, type: 'bind' });
const isFile = (source: string) => source.endsWith('.txt');

it('lists what runc would create in the root: no mount points on other mounts, files for files', () => {
  const given = [
    { destination: '/dev', type: 'tmpfs', source: 'tmpfs' },
    { destination: '/dev/pts', type: 'devpts', source: 'devpts' },
    { destination: '/data//sub/', type: 'tmpfs', source: 'tmpfs' },
    bind('/data', '/srv/data'),
    bind('/data/below', '/srv/below'),
    bind('/../hosts', '/srv/hosts.txt'),
  ];
  const placed = given.map((mount) =>
    mount.type === 'bind' ? { ...mount, source: '/run/private/0' } : mount,
  );
  const edited = [...placed, bind('/dev/fuse', '/run/private/1'), bind('/tun', '/run/private/2')];
  expect(mountPointsOnRoot(spec(given), spec(edited), isFile)).toEqual([
    { relative: 'dev', kind: 'directory' },
    { relative: 'data/sub', kind: 'directory' },
    { relative: 'data', kind: 'directory' },
    { relative: 'hosts', kind: 'file' },
    { relative: 'tun', kind: 'file' },
  ]);
});

it('a root is read-only from the start by the flag, unless hooks may write into it before it is', () => {
  const isReadOnly = (root: Record<string, unknown>, hooks?: Record<string, unknown>) =>
    isRootReadOnlyFromStart({ ...spec([], root), ...(hooks === undefined ? {} : { hooks }) });
  expect(isReadOnly({ readonly: true })).toBe(true);
  expect(isReadOnly({ readonly: false })).toBe(false);
  expect(isReadOnly({})).toBe(false);
  const hook = { path: '/usr/bin/nvidia-ctk', args: ['nvidia-ctk', 'hook', 'create-symlinks'] };
  expect(isReadOnly({ readonly: true }, { createContainer: [hook] })).toBe(false);
  expect(isReadOnly({ readonly: true }, { createContainer: [] })).toBe(true);
  expect(isReadOnly({ readonly: true }, { createContainer: null })).toBe(true);
  expect(isReadOnly({ readonly: true }, { prestart: [hook], createRuntime: [hook] })).toBe(true);
});
