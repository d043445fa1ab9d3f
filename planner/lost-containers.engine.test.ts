import { copyFile, mkdtemp, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { shimsOf, startIsolatedEngine, type IsolatedEngine } from '../tests/support/isolated-engine.ts';
import { firstProcessOf, hasEnded, type FirstProcess } from './first-process.ts';

// dockerd records that a container runs after runc has started it. Killed in between, it considers the
// container never started, and neither ends nor adopts it. Plain runc behaves the same.

let directory: string, engine: IsolatedEngine;
beforeAll(async () => {
  directory = await mkdtemp('/tmp/bh-');
  engine = await startIsolatedEngine({ runtimes: { alone: { path: path.join(directory, 'alone') } } });
  const link = path.join(engine.paths.runtimeDir, 'runc');
  const runc = await readlink(link);
  // For both: a runc that kills the dockerd whose process `victim` names, right after it has started a
  // container.
  const victim = path.join(directory, 'victim');
  const script =
    `#!/bin/sh\ncase " $* " in *" start "*) ;; *) exec ${runc} "$@";; esac\n${runc} "$@"; code=$?\n` +
    `[ ! -e ${victim} ] || { kill -9 "$(cat ${victim})"; rm ${victim}; }\nexit $code\n`;
  await writeFile(path.join(directory, 'alone'), script, { mode: 0o755 });
  await rm(link);
  await symlink(path.join(directory, 'alone'), link);
});
afterAll(async () => {
  await engine.stop();
  await rm(directory, { recursive: true });
});

const runcRoot = () => path.join(engine.settings.execRoot, 'runtime-runc/moby');
const stored = async () => ({
  ranges: (await engine.ranges()).length,
  states: await engine.states(),
  runc: await readdir(runcRoot()),
});
const nothing = { ranges: 0, states: [], runc: [] };

/**
 * Starts the container, and has dockerd killed before it records that it runs; returns the container's
 * process once another dockerd is running.
 */
async function lose(id: string): Promise<FirstProcess> {
  await copyFile(path.join(engine.settings.execRoot, 'dockerd.pid'), path.join(directory, 'victim'));
  await expect(engine.docker('start', id)).rejects.toThrow();
  await engine.restartDockerd('SIGTERM');
  expect(await engine.docker('inspect', '-f', '{{.State.Running}}', id)).toBe('false\n');
  const first = firstProcessOf(runcRoot(), id);
  if (first === null || hasEnded(first)) throw new Error('the container does not run');
  return first;
}

it.each([
  ['runc alone', ['--runtime', 'alone']],
  ['isolated', []],
] as const)(
  '%s: a container lost by a killed dockerd ends at its next start, not when it is removed',
  async (_, runtime) => {
    const id = (
      await engine.docker('create', ...runtime, '--network', 'none', 'busybox', 'sleep', '1000')
    ).trim();
    const [first, second] = [await lose(id), await lose(id)];
    expect(hasEnded(first)).toBe(true);
    await engine.docker('rm', '-f', id);
    expect(hasEnded(second)).toBe(false);
    // While it runs, nothing of it is changed.
    const isolated = runtime.length === 0;
    expect(await stored()).toEqual({
      ranges: isolated ? 1 : 0,
      states: isolated ? [`${id}.json`] : [],
      runc: [id],
    });
    process.kill(second.pid, 'SIGKILL');
    // runc's directory and the shim stay until containerd's next start unless something else checks.
    if (isolated)
      await vi.waitFor(
        async () => {
          expect(await stored()).toEqual(nothing);
        },
        { timeout: 60_000, interval: 50 },
      );
    await engine.restartDockerd('SIGTERM');
    await vi.waitFor(
      async () => {
        expect({ ...(await stored()), shims: await shimsOf(engine.root) }).toEqual({ ...nothing, shims: [] });
      },
      { timeout: 60_000, interval: 50 },
    );
  },
);
