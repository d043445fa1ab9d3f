import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OciSpec } from '../base/oci-spec.ts';
import { boundLayers, planLayerMounts } from './layer-mounts.ts';
import { PlanBuilder } from '../base/plan.ts';

let root: string;
beforeAll(() => {
  root = realpathSync(mkdtempSync(path.join(tmpdir(), 'bulkhead-layers-')));
  for (const one of ['s/1/fs', 's/2/fs', 's/3/fs', 's/3/work', 's/4/work'])
    mkdirSync(path.join(root, one), { recursive: true });
  symlinkSync('/etc', path.join(root, 's/out'));
});
afterAll(() => {
  rmSync(root, { recursive: true });
});

const at = (layer: string) => path.join(root, 's', layer);
function planned(options: readonly string[]): { fields: string[]; targets: Map<number, string> } {
  const plan = new PlanBuilder();
  plan.privateDirectory('/t');
  const spec = {
    root: { path: '/r' },
    linux: { namespaces: [] },
    mounts: [
      { destination: '/p', type: 'proc' },
      { destination: '/a', type: 'overlay', source: 'overlay', options },
    ],
  } as unknown as OciSpec; // the only fields that are read
  const targets = planLayerMounts(spec, plan, {
    mounts: [],
    namespace: plan.userNamespace('0 1 1'),
    base: 1_000_013_824,
    engineRoots: [root],
  });
  return { fields: plan.encode().toString().split('\0'), targets };
}

it('A2: an overlay of the engine\u2019s layers is id-mapped and bound into the container', () => {
  const { fields, targets } = planned([
    'index=off',
    `lowerdir=${at('2/fs')}:${at('1/fs')}`,
    'redirect_dir=off',
  ]);
  expect([...targets]).toEqual([[1, '/t/0']]);
  expect(fields.join(' ')).toContain('overlay 1000013824 2 1 2 -   2 index=off redirect_dir=off place 3 0');
  expect(
    boundLayers(
      {
        destination: '/a',
        type: 'overlay',
        source: 'overlay',
        options: ['index=off', 'lowerdir=/x', 'volatile', 'ro', 'nosuid'],
      },
      '/t/0',
    ),
  ).toEqual({ destination: '/a', type: 'bind', source: '/t/0', options: ['bind', 'ro', 'nosuid'] });
  expect(
    planned([`lowerdir=${at('1/fs')}`, `upperdir=${at('3/fs')}`, `workdir=${at('3/work')}`]).fields.join(' '),
  ).toContain('overlay 1000013824 1 1 2 fs work 0');
});

it('A8 layers that are not the engine\u2019s, by path or by link, are refused', () => {
  expect(() => planned(['lowerdir=/etc'])).toThrow(
    /enhanced container isolation: \/etc is no layer of the engine/,
  );
  expect(() => planned([`lowerdir=${at('1/fs')}:${at('out')}`])).toThrow(/is no layer of the engine/);
  expect(() => planned([`lowerdir=${root}/../..`])).toThrow(/is no layer of the engine/);
  expect(() => planned(['lowerdir=1/fs'])).toThrow(/cannot be determined/);
  expect(() => planned([])).toThrow(/cannot be determined/);
  expect(() =>
    planned([`lowerdir=${at('1/fs')}`, `upperdir=${at('3/fs')}`, `workdir=${at('4/work')}`]),
  ).toThrow(/not laid out/);
});
