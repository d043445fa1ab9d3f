import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { perform } from '../mounts/perform.ts';
import { PlanBuilder } from './plan.ts';
import { SealedRunc } from '../sealed-runc.ts';
import { started } from './started.ts';

// Node throws for this one, as it does when memory is short.
const throwing = '/dev/null/runtime';

/** Output of `script` in a process that has no descriptors left for a child, and that keeps running. */
async function withoutDescriptors(script: string): Promise<string> {
  const module = (file: string) => JSON.stringify(path.resolve(import.meta.dirname, '..', file));
  const source = `
    import { openSync } from 'node:fs';
    const { perform } = await import(${module('mounts/perform.ts')});
    const { PlanBuilder } = await import(${module('base/plan.ts')});
    const { SealedRunc } = await import(${module('sealed-runc.ts')});
    console.log('begun');
    try { for (;;) openSync('/dev/null'); } catch {}
    ${script}`;
  const child = spawn(
    'sh',
    ['-c', 'ulimit -n 64; exec "$0" --input-type=module -e "$1"', process.execPath, source],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const [logLines, errors] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  expect({ errors, code: child.exitCode }).toEqual({ errors: '', code: 0 });
  return logLines.replace(/^begun\n/, '');
}

describe('a child that cannot be started', () => {
  it('rejects if Node throws, and if it emits the error later', async () => {
    await expect(started(() => spawn(throwing))).rejects.toThrow('ENOTDIR');
    await expect(started(() => spawn('/nonexistent/runtime'))).rejects.toThrow('ENOENT');
  });

  it('makes the plan fail that it was to perform', async () => {
    const plan = new PlanBuilder();
    plan.unmount('/x');
    await expect(perform(throwing, plan)).rejects.toThrow('ENOTDIR');
    await expect(perform('/nonexistent/runtime', plan)).rejects.toThrow('ENOENT');
    expect(
      await withoutDescriptors(`
      const plan = new PlanBuilder();
      plan.unmount('/x');
      await perform('/bin/true', plan).catch((error) => { console.log(error.code); });`),
    ).toBe('EMFILE\n');
  });

  it('leaves runc without a copy in memory', async () => {
    const logLines: string[] = [];
    const sealed = new SealedRunc({
      runtimeBinary: throwing,
      runc: '/bin/sh',
      log: (line) => {
        logLines.push(line);
      },
    });
    await sealed.make();
    expect(sealed.descriptor()).toBeNull();
    expect(logLines).toEqual([expect.stringContaining('ENOTDIR')]);
    expect(
      await withoutDescriptors(`
      const log = (line) => { console.log(line); };
      const sealed = new SealedRunc({ runtimeBinary: '/bin/true', runc: '/bin/sh', log });
      await sealed.make();`),
    ).toContain('EMFILE');
  });
});
