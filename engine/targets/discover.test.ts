import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rootPaths } from '../base/root-paths.ts';
import { discoverTargets } from './discover.ts';
import { recordEngine, recordedRoots } from '../base/registry.ts';

let base: string;
beforeEach(async () => {
  base = await mkdtemp(path.join(os.tmpdir(), 'bulkhead-discover-'));
});
afterEach(async () => {
  await rm(base, { recursive: true, force: true });
});

const registry = () => path.join(base, 'registry');
const found = async (roots: { root: string; always: boolean }[] = []) =>
  (
    await discoverTargets({
      roots,
      registry: registry(),
      machineSocket: path.join(base, 'none.sock'),
      desktopHost: null,
    })
  )
    .map((target) => target.place)
    .filter((place) => place.startsWith(base));

describe('engines on this machine', () => {
  it('are those that were started, with a settings or state file, each once', async () => {
    const root = path.join(base, 'engine');
    await mkdir(root);
    await recordEngine(root, registry());
    expect(await found()).toEqual([]);
    await writeFile(rootPaths(root).settings, '{}');
    expect(
      await found([
        { root, always: true },
        { root: `${root}/`, always: false },
      ]),
    ).toEqual([root]);
    const [only] = await discoverTargets({
      roots: [],
      registry: registry(),
      machineSocket: path.join(base, 'none.sock'),
      desktopHost: null,
    }).then((all) => all.filter((target) => target.place === root));
    expect(only).toMatchObject({
      id: `embedded:${root}`,
      phase: 'stopped',
      version: null,
      name: os.hostname(),
    });
  });

  it('include the requested one even before it exists, and leave out others that are gone', async () => {
    expect(
      await found([
        { root: path.join(base, 'new'), always: true },
        { root: path.join(base, 'old'), always: false },
      ]),
    ).toEqual([path.join(base, 'new')]);
  });

  it('are dropped with their directory; a record of another directory is ignored', async () => {
    await recordEngine(path.join(base, 'gone'), registry());
    await writeFile(path.join(registry(), '0123456789'), '/etc\n');
    expect(await recordedRoots(registry())).toEqual([path.join(base, 'gone')]);
    expect(await found()).toEqual([]);
    expect(await readdir(registry())).toEqual(['0123456789']);
  });
});
