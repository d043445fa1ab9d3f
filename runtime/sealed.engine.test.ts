import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, openSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync, closeSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PlanBuilder } from '../engine/isolation/exclusive/plan.ts';
import { SealedRunc } from '../engine/isolation/exclusive/sealed-runc.ts';

const runtime = path.join(import.meta.dirname, 'build/bulkhead-runc');
beforeAll(() => { execFileSync('sh', [path.join(import.meta.dirname, 'build.sh')]); });

let root: string;
let sealed: SealedRunc;
let said: string[];
const at = (...parts: string[]) => path.join(root, ...parts);
beforeEach(() => {
  root = mkdtempSync('/tmp/sealed-');
  for (const directory of ['runtime', 'bundle']) mkdirSync(at(directory));
  copyFileSync(runtime, at('runtime/bulkhead-runc'));
  // Stands in for runc: called with `run ID` the shell runs the script of that name.
  copyFileSync(realpathSync('/bin/sh'), at('runtime/runc'));
  writeFileSync(at('bundle/run'), 'readlink /proc/$$/exe >&2; exit 3\n');
  said = [];
  sealed = new SealedRunc({ runtimeBinary: at('runtime/bulkhead-runc'), runc: at('runtime/runc'), log: (line) => { said.push(line); } });
});
afterEach(() => { sealed.close(); rmSync(root, { recursive: true }); });

describe('a copy of runc in memory', () => {
  it('is there from the first that asks on, and cannot be written', async () => {
    expect(sealed.descriptor()).toBeNull();
    await sealed.make();
    const descriptor = sealed.descriptor();
    expect(readFileSync(`/proc/self/fd/${descriptor}`).equals(readFileSync(at('runtime/runc')))).toBe(true);
    expect(() => { writeFileSync(`/proc/self/fd/${descriptor}`, 'x', { flag: 'r+' }); }).toThrow(/EPERM/);
    expect(said).toEqual([]);
  });

  it('is not given out of a runc that was replaced: another one is made', async () => {
    await sealed.make();
    copyFileSync(realpathSync('/bin/cat'), at('other'));
    renameSync(at('other'), at('runtime/runc'));
    expect(sealed.descriptor()).toBeNull();
    await sealed.make();
    expect(readFileSync(`/proc/self/fd/${sealed.descriptor()}`).equals(readFileSync(at('runtime/runc')))).toBe(true);
  });

  it.each([['a script', () => { writeFileSync(at('runtime/runc'), '#!/bin/sh\n'); }], ['nothing', () => { rmSync(at('runtime/runc')); }]])('is not made of %s', async (_, put) => {
    put();
    for (let i = 0; i < 2; i++) {
      await sealed.make();
      expect(sealed.descriptor()).toBeNull();
    }
  });

  it('says once where none can be made', async () => {
    writeFileSync(at('runtime/runc'), '#!/bin/sh\n');
    await sealed.make();
    for (let i = 0; i < 3; i++) expect(sealed.descriptor()).toBeNull();
    expect(said).toEqual([expect.stringContaining('is no program')]);
  });
});

/** What the runtime runs as runc when the planner, which is this process, says that descriptor `number` is a copy. */
async function programWith(number: number): Promise<string> {
  const plan = new PlanBuilder();
  plan.sealedRunc(number);
  const planner = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined).once('data', () => { socket.end(plan.encode()); }).on('end', () => { socket.end(); });
  }).listen(at('planner.sock'));
  await once(planner, 'listening');
  try {
    const child = spawn(at('runtime/bulkhead-runc'), ['run', 'c1'], { cwd: at('bundle'), stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => { stderr += chunk.toString(); });
    const [code] = await once(child, 'close') as [number | null];
    expect(code).toBe(3);
    return stderr.trim();
  } finally {
    planner.close();
  }
}

describe('the runtime', () => {
  it('runs runc from the copy that the planner keeps', async () => {
    await sealed.make();
    expect(await programWith(sealed.descriptor() ?? -1)).toBe('/memfd:runc (deleted)');
  });

  it('runs it by its path where that descriptor is something else, or nothing', async () => {
    const file = openSync(at('bundle/run'), 'r');
    expect(await programWith(file)).toBe(at('runtime/runc'));
    closeSync(file);
    expect(await programWith(1 << 20)).toBe(at('runtime/runc'));
  });

  it('takes no copy that somebody else than root made', async () => {
    chmodSync(root, 0o755);
    const other = spawn(at('runtime/bulkhead-runc'), ['--bulkhead-seal', at('runtime/runc')], { uid: 65534, gid: 65534, stdio: ['pipe', 'pipe', 'inherit'] });
    const [number] = await once(other.stdout, 'data') as [Buffer];
    const copy = openSync(`/proc/${other.pid}/fd/${number.toString().trim()}`, 'r');
    expect(await programWith(copy)).toBe(at('runtime/runc'));
    closeSync(copy);
    other.stdin.end();
    await once(other, 'close');
  });
});
