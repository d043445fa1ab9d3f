import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isRuntime } from './runtime-process.ts';

let directory: string;
let program: string;

beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'bulkhead-runtime-process-'));
  chmodSync(directory, 0o755);
  program = path.join(directory, 'bulkhead-runc');
  copyFileSync('/bin/cat', program);
  chmodSync(program, 0o755);
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** Whether `program`, started as given, is recognized as the runtime while it runs. */
async function counts(options: { readonly uid?: number; readonly gid?: number }): Promise<boolean> {
  const child = spawn(program, { ...options, cwd: '/', stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = once(child, 'exit');
  // Once it echoes this, it is the program itself, and no longer the child before its exec.
  child.stdin.write('here');
  await once(child.stdout, 'data');
  const known = isRuntime(child.pid ?? 0, program);
  child.stdin.end();
  await ended;
  return known;
}

test("A3: a running runtime of root's is recognized", async () => {
  expect(await counts({})).toBe(true);
});

test("A3: the runtime's program run by another user is not a runtime, whatever its pid", async () => {
  expect(await counts({ uid: 4242, gid: 4242 })).toBe(false);
});
