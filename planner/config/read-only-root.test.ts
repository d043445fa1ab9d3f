import { expect, it } from 'vitest';
import type { OciMount, OciSpec } from '../base/oci-spec.ts';
import { isRootReadOnlyFromStart, mountPointsOnRoot } from './read-only-root.ts';

const spec = (mounts: readonly OciMount[], root: Record<string, unknown> = {}): OciSpec => ({
  root: { path: '/r', ...root },
  mounts: [...mounts],
  linux: { namespaces: [] },
});
const bind = (destination: string, source: string): OciMount => ({ destination, source, type: 'bind' });

it('lists what runc would create in the root: no mount points on other mounts, files for files', () => {
  const edited = [
    { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755'] },
    { destination: '/dev/pts', type: 'devpts', source: 'devpts' },
    { destination: '/data//sub/', type: 'tmpfs', source: 'tmpfs' },
    bind('/data', '/run/private/0'),
    bind('/data/below', '/run/private/0'),
    bind('/../hosts', '/run/private/1'),
    bind('/from', '/run/private/2'),
    bind('/dev/fuse', '/run/private/3'),
    bind('/tun', '/run/private/4'),
  ];
  const facts = {
    bindSources: new Map([
      [3, { path: '/run/private/0', isDirectory: true, lockedFlags: [] }],
      [5, { path: '/run/private/1', isDirectory: false, lockedFlags: [] }],
    ]),
    layerSources: new Map([[6, '/run/private/2']]),
  };
  expect(mountPointsOnRoot(spec(edited), facts)).toEqual([
    { relative: 'dev', kind: 'directory' },
    { relative: 'data/sub', kind: 'tmpfs' },
    { relative: 'data', kind: 'directory' },
    { relative: 'hosts', kind: 'file' },
    { relative: 'from', kind: 'directory' },
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
