import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Mount } from '../../engine/base/mountinfo.ts';
import { mayHangAt } from './sources.ts';

let directory: string;
beforeEach(() => {
  directory = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'bulkhead-sources-')));
  mkdirSync(path.join(directory, 'remote'));
  mkdirSync(path.join(directory, 'here/below'), { recursive: true });
  symlinkSync('../remote/data', path.join(directory, 'here/away'));
  symlinkSync(path.join(directory, 'here'), path.join(directory, 'absolute'));
  symlinkSync('loop', path.join(directory, 'loop'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const mount = (mountPoint: string, type: string): Mount => ({
  device: '0:1',
  root: '/',
  mountPoint,
  shared: false,
  type,
  flags: ['rw'],
  options: [],
});
const at = (relative: string, type = 'nfs4') =>
  mayHangAt(path.join(directory, relative), [mount('/', 'ext4'), mount(path.join(directory, 'remote'), type)])
    ?.type ?? null;

it('finds the remote mount on the path of a source, also through links, without accessing it', () => {
  for (const source of [
    'remote',
    'remote/x/y',
    'here/away',
    'here/away/deep',
    'absolute/away',
    'here/below/../../remote',
  ])
    expect([source, at(source)]).toEqual([source, 'nfs4']);
  for (const type of ['fuse', 'fuse.sshfs', 'cifs', 'autofs']) expect(at('remote', type)).toBe(type);
});

it('finds none if there is none, the path ends or is circular', () => {
  for (const source of ['here/below', 'absolute/below', 'nowhere/remote', 'loop/x', 'remote-not'])
    expect([source, at(source)]).toEqual([source, null]);
  expect(at('remote', 'xfs')).toBeNull();
});
