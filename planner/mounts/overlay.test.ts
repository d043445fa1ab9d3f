import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseMountinfo, type Mount } from '../../engine/base/mountinfo.ts';
import { commonDirectory, layersOf, planPlain, planShifted } from './overlay.ts';
import { PlanBuilder } from '../base/plan.ts';

let top: string;
beforeEach(() => {
  top = mkdtempSync(path.join(os.tmpdir(), 'bulkhead-layers-'));
});
afterEach(() => {
  rmSync(top, { recursive: true });
});

const overlay = (mountPoint: string, options: string[], root = '/'): Mount => ({
  device: '0:50',
  root,
  mountPoint,
  shared: false,
  type: 'overlay',
  flags: ['rw'],
  options,
});
const make = (...names: string[]) => {
  for (const name of names) mkdirSync(path.join(top, name), { recursive: true });
};

describe('layersOf', () => {
  it("reads overlay2's lower file, also when the mount is seen through a bind", () => {
    make('overlay2/l', 'overlay2/x/merged', 'overlay2/x/diff', 'overlay2/a/diff', 'overlay2/b/diff');
    symlinkSync('../a/diff', path.join(top, 'overlay2/l/AAA'));
    symlinkSync('../b/diff', path.join(top, 'overlay2/l/BBB'));
    writeFileSync(path.join(top, 'overlay2/x/lower'), 'l/AAA:l/BBB');
    const options = ['rw', 'lowerdir+=/', 'upperdir=/diff', 'workdir=/work', 'index=off', 'volatile'];
    const merged = overlay(path.join(top, 'overlay2/x/merged'), options);
    const bound = overlay('/elsewhere', options, '/sub');
    expect(layersOf(bound, [merged, bound])).toEqual({
      lowers: [path.join(top, 'overlay2/a/diff'), path.join(top, 'overlay2/b/diff')],
      upper: { parent: path.join(top, 'overlay2/x'), name: 'diff', work: 'work' },
      options: ['index=off', 'volatile'],
    });
  });

  it("reads containerd's options, absolute and shortened, with escaped colons", () => {
    make('snapshots/1/fs', 'snapshots/2:x/fs', 'snapshots/3/fs', 'snapshots/3/work');
    const upper = [`upperdir=${top}/snapshots/3/fs`, `workdir=${top}/snapshots/3/work`];
    const expected = {
      lowers: [`${top}/snapshots/2:x/fs`, `${top}/snapshots/1/fs`],
      upper: { parent: `${top}/snapshots/3`, name: 'fs', work: 'work' },
      options: [],
    };
    for (const lower of [
      [`lowerdir=${top}/snapshots/2\\:x/fs:${top}/snapshots/1/fs`],
      ['lowerdir=2\\:x/fs:1/fs'],
      [`lowerdir+=${top}/snapshots/2:x/fs`, `lowerdir+=${top}/snapshots/1/fs`],
    ]) {
      const mount = overlay('/m', [...lower, ...upper]);
      expect(layersOf(mount, [mount])).toEqual(expected);
    }
  });

  it.each([
    ['no lowerdir', ['upperdir=/a/b', 'workdir=/a/c']],
    ['file-descriptor layers', ['lowerdir+=/']],
    ['an upper without work', ['lowerdir=/tmp', 'upperdir=/a/b']],
    ['a relative upper', ['lowerdir=/tmp', 'upperdir=b', 'workdir=c']],
    ['relative layers without upper', ['lowerdir=a:b']],
    ['upper and work apart', ['lowerdir=/tmp', 'upperdir=/a/b', 'workdir=/c/d']],
    ['data-only layers', ['lowerdir=/tmp', 'datadir+=/tmp']],
    ['a layer that is gone', ['lowerdir=/nonexistent-layer']],
  ])('refuses to guess at %s', (_, options) => {
    expect(() => layersOf(overlay('/m', options), [])).toThrow();
  });
});

describe('the directory above layers', () => {
  it.each([
    [['/s/1/fs', '/s/2/fs'], '/s'],
    [['/s/1/a', '/s/1/b'], '/s/1'],
    [['/s/1', '/s/1/x'], '/s'],
    [['/s/1', '/sx/1'], '/'],
    [['/l'], '/'],
  ])('of %j is %s', (directories, above) => {
    expect(commonDirectory(directories)).toBe(above);
  });
});

describe('plans', () => {
  const fields = (plan: PlanBuilder) => plan.encode().toString().split('\0').slice(2, -2);
  const layers = { lowers: ['/s/1/fs'], upper: { parent: '/s/x', name: 'diff', work: 'work' }, options: [] };
  const mounted = (...points: string[]) =>
    parseMountinfo(points.map((point) => `1 0 0:1 / ${point} rw - ext4 none rw\n`).join(''));

  it("shifts the mount that every layer and the upper's parent are on, once", () => {
    const plan = new PlanBuilder();
    planShifted(plan, layers, {
      namespace: plan.userNamespace('map'),
      base: 9,
      readOnly: false,
      mounts: mounted('/', '/s', '/s/y/merged', '/sx'),
    });
    expect(fields(plan).join(' ')).toBe(
      'userns map tree /s - 0 0 in 0 1/fs in 0 x overlay 9 1 1 2 diff work 0',
    );
  });

  it.each(['/s/x', '/s/1', '/s/1/fs'])(
    'shifts every layer for itself where something is mounted on %s',
    (point) => {
      const plan = new PlanBuilder();
      planShifted(plan, layers, {
        namespace: plan.userNamespace('map'),
        base: 9,
        readOnly: false,
        mounts: mounted('/', point),
      });
      expect(fields(plan).join(' ')).toBe(
        'userns map tree /s/1/fs - 0 0 tree /s/x - 0 0 overlay 9 1 0 1 diff work 0',
      );
    },
  );

  it('shows upper as the topmost lower layer read-only', () => {
    const plan = new PlanBuilder();
    planShifted(plan, layers, { namespace: plan.userNamespace('map'), base: 9, readOnly: true, mounts: [] });
    expect(fields(plan).join(' ')).toBe(
      'userns map tree /s - 0 0 in 0 x/diff in 0 1/fs overlay 9 2 1 2 -   0',
    );
  });

  it('needs no overlay for a single layer', () => {
    const plan = new PlanBuilder();
    planShifted(
      plan,
      { ...layers, upper: null },
      { namespace: plan.userNamespace('map'), base: 9, readOnly: true, mounts: [] },
    );
    expect(fields(plan)).toEqual(['userns', 'map', 'tree', '/s/1/fs', '-', '0', '64']);
  });

  it("puts the engine's own overlay together from the directories themselves", () => {
    const plan = new PlanBuilder();
    planPlain(plan, layers);
    expect(fields(plan)).toEqual([
      'dir',
      '/s',
      'in',
      '0',
      '1/fs',
      'in',
      '0',
      'x',
      'overlay',
      '0',
      '1',
      '1',
      '2',
      'diff',
      'work',
      '0',
    ]);
  });
});
