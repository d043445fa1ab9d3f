import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EngineUnreachable, type ImageStore } from '../engine-api/engine-facts.ts';
import { LayerGuard } from './layer-guard.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'bulkhead-layer-guard-'));
});
afterEach(() => rm(directory, { recursive: true }));

/** A program that writes its arguments into the file `calls`, and ends with `code`. */
async function program(code = 0, error = ''): Promise<string> {
  const file = path.join(directory, 'program');
  await writeFile(
    file,
    `#!/bin/sh
echo "$@" >> ${directory}/calls
[ -z "${error}" ] || echo "bulkhead: ${error}" >&2
exit ${code}
`,
  );
  await chmod(file, 0o755);
  return file;
}
const calls = () => readFile(path.join(directory, 'calls'), 'utf8').catch(() => '');
const overlay2: ImageStore = { kind: 'graph-driver', driver: 'overlay2', directory: '/data' };
const of = (store: ImageStore) => ({ imageStore: () => Promise.resolve(store) });

describe('before the engine reads layers', () => {
  it('has no link followed in those of overlay2, each time: the engine may have restarted', async () => {
    const guard = new LayerGuard(of(overlay2), await program());
    expect([await guard.guard(), await guard.guard()]).toEqual([null, null]);
    expect(await calls()).toBe('--bulkhead-guard-layers /data/overlay2\n'.repeat(2));
  });

  it("has nothing to do in containerd's store, which reads no layer by names in an archive", async () => {
    expect(await new LayerGuard(of({ kind: 'containerd' }), await program(1)).guard()).toBeNull();
    expect(await calls()).toBe('');
  });

  it.each([
    ['another storage driver', { ...overlay2, driver: 'vfs' }, 0, '', 'the storage driver vfs cannot'],
    ['an engine that does not say which', { ...overlay2, driver: '' }, 0, '', 'the storage driver ? cannot'],
    ['a failure', overlay2, 1, 'cannot lock it', 'from following them: cannot lock it'],
  ] as const)('says why it cannot: %s', async (_, store, code, error, reason) => {
    const guard = new LayerGuard(of(store), await program(code, error));
    expect((await guard.guard())?.text).toContain(reason);
  });

  it('says why it cannot without the program', async () => {
    expect((await new LayerGuard(of(overlay2), null).guard())?.text).toContain('has no program for that');
  });

  it('rejects if the engine cannot be reached: the request is not forwarded', async () => {
    const unreachable = { imageStore: () => Promise.reject(new EngineUnreachable('down')) };
    await expect(new LayerGuard(unreachable, await program()).guard()).rejects.toThrow('down');
  });
});

describe('once ECI is off', () => {
  it('has links followed again, once', async () => {
    const guard = new LayerGuard(of(overlay2), await program());
    expect(guard.mayBeMounted).toBe(true);
    await guard.release();
    expect(guard.mayBeMounted).toBe(false);
    await guard.release();
    await guard.guard();
    expect(guard.mayBeMounted).toBe(true);
    expect(await calls()).toBe(
      '--bulkhead-release-layers /data/overlay2\n--bulkhead-guard-layers /data/overlay2\n',
    );
  });

  it('logs a failure and tries again', async () => {
    const lines: string[] = [];
    const guard = new LayerGuard(of(overlay2), await program(1, 'cannot'), (line) => lines.push(line));
    await guard.release();
    expect(guard.mayBeMounted).toBe(true);
    expect(lines).toEqual(['links in layers may not be followed, although ECI is off: cannot']);
  });
});
