import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { rootPaths, type RootPaths } from '../base/root-paths.ts';
import { desiredEngineConfig } from './desired-engine-config.ts';

let directory: string;
let paths: RootPaths;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'bh-desired-'));
  paths = rootPaths(directory);
  await mkdir(path.dirname(paths.settings), { recursive: true });
});
afterEach(() => rm(directory, { recursive: true, force: true }));

it('names the runtime of the selected backend', async () => {
  const write = (bulkhead: object) =>
    writeFile(
      paths.settings,
      JSON.stringify({ configurationFileVersion: 2, enhancedContainerIsolation: { value: true }, bulkhead }),
    );
  await write({});
  expect(await desiredEngineConfig(paths)).toEqual({
    eci: true,
    runtimeName: 'bulkhead',
    runtimePath: paths.runtimeBinary,
  });
  await write({ backend: 'sysbox' });
  expect(await desiredEngineConfig(paths)).toEqual({
    eci: true,
    runtimeName: 'sysbox-runc',
    runtimePath: '/usr/bin/sysbox-runc',
  });
});

it('has ECI on if the settings cannot be read', async () => {
  await writeFile(paths.settings, '{');
  expect(await desiredEngineConfig(paths)).toMatchObject({ eci: true, runtimeName: 'bulkhead' });
});
