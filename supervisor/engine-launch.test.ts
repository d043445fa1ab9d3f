import { access, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sysboxBackend } from '../engine/backends/sysbox/backend.ts';
import { presentRuntime } from './engine-launch.ts';
import { rootPaths } from '../engine/base/root-paths.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'bh-launch-'));
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

it('A6 registers the runtime that is installed', async () => {
  expect(await presentRuntime(rootPaths(root), sysboxBackend({ binary: process.execPath }))).toBe(
    process.execPath,
  );
});

it("A6: without an installed runtime, the refusing one is written below the engine's root only", async () => {
  const binary = path.join(root, 'system', 'sysbox-runc');
  expect(await presentRuntime(rootPaths(root), sysboxBackend({ binary }))).toBe(
    path.join(rootPaths(root).runtimeDir, 'sysbox-runc'),
  );
  await expect(access(path.dirname(binary))).rejects.toThrow('ENOENT');
  expect(await readdir(rootPaths(root).runtimeDir)).toEqual(['sysbox-runc']);
});
