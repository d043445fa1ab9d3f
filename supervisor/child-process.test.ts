import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { superviseChild, type SupervisedChild } from './child-process.ts';
import { isAlive } from '../engine/base/process-identity.ts';
import type { ProcessIdentity } from '../shared/process/process-stat.ts';
import { plainText } from '../shared/messages/message.ts';

let directory: string;
let child: SupervisedChild | null = null;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'bh-child-'));
});
afterEach(async () => {
  await child?.stop();
  child = null;
  await rm(directory, { recursive: true, force: true });
});

/** Supervises a shell script in place of the gateway; `changes` are awaited one by one. */
async function supervise(script: string, busy?: RegExp) {
  const command = path.join(directory, 'bulkhead');
  await writeFile(command, `#!/bin/sh\n${script}\n`);
  await chmod(command, 0o755);
  const lines: string[] = [];
  const identities: (ProcessIdentity | null)[] = [];
  let wake: () => void = () => undefined;
  const supervised = superviseChild({
    name: 'gateway',
    command,
    args: ['gateway'],
    ready: /gateway listening on/,
    ...(busy === undefined ? {} : { busy }),
    log: {
      line: (text) => {
        lines.push(plainText(text));
      },
      close: () => Promise.resolve(),
    },
    onChange: (identity) => {
      identities.push(identity);
      wake();
    },
  });
  child = supervised;
  const next = async (): Promise<ProcessIdentity | null> => {
    while (identities.length === 0)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    return identities.shift() ?? null;
  };
  return { supervised, lines, next };
}

it('a child is started when it reports ready, and ended after stop', async () => {
  const { supervised, lines, next } = await supervise(
    'echo "2026-01-01T00:00:00.000Z gateway: policy 1"; echo gateway listening on x; exec sleep 1000',
  );
  expect(await supervised.start(10_000)).toEqual({ ok: true, value: undefined });
  const identity = await next();
  expect(identity !== null && (await isAlive(identity))).toBe(true);
  await supervised.stop();
  expect(identity !== null && (await isAlive(identity))).toBe(false);
  expect(await next()).toBeNull();
  expect(lines).toEqual(['policy 1', 'gateway listening on x']);
});

it('a child that ends before it is ready is not restarted, and its last output is the error', async () => {
  const { supervised } = await supervise('echo "no such socket" >&2; exit 3');
  const result = await supervised.start(10_000);
  expect(result).toMatchObject({
    ok: false,
    error: {
      code: 'engine.start-failed',
      reason: expect.stringMatching(/ended \(3\).*no such socket/) as string,
    },
  });
});

it('a child that never reports ready is ended', async () => {
  const { supervised, next } = await supervise('exec sleep 1000');
  expect(await supervised.start(200)).toMatchObject({
    ok: false,
    error: { reason: expect.stringContaining('not ready within') as string },
  });
  const identity = await next();
  expect(identity !== null && (await isAlive(identity))).toBe(false);
});

it('a missing command is an error', async () => {
  const { supervised } = await supervise('');
  await rm(path.join(directory, 'bulkhead'));
  expect((await supervised.start(10_000)).ok).toBe(false);
});

it('a child is restarted each time it is killed', async () => {
  const { supervised, next } = await supervise('echo gateway listening on x; exec sleep 1000');
  await supervised.start(10_000);
  const pids = new Set<number>();
  for (let i = 0; i < 3; i++) {
    const identity = await next();
    if (identity === null) throw new Error('did not come back');
    pids.add(identity.pid);
    process.kill(identity.pid, 'SIGKILL');
    expect(await next()).toBeNull();
  }
  expect(pids.size).toBe(3);
});

it("a child that writes a long line becomes ready, and its log has the line's beginning", async () => {
  const { supervised, lines } = await supervise(
    "head -c 1000000 /dev/zero | tr '\\0' x; echo; echo gateway listening on x; exec sleep 1000",
  );
  expect(await supervised.start(10_000)).toEqual({ ok: true, value: undefined });
  expect(lines.map((line) => line.length < 10_000)).toEqual([true, true]);
});

it('a child that works before it is ready is not stopped, and is restarted when it dies', async () => {
  const { supervised, lines, next } = await supervise(
    'echo cleaning up; sleep 0.6; echo gateway listening on x; exec sleep 1000',
    /^cleaning up$/,
  );
  expect(await supervised.start(300)).toEqual({ ok: true, value: undefined });
  const identity = await next();
  if (identity === null) throw new Error('it is gone');
  expect(await isAlive(identity)).toBe(true);
  await expect.poll(() => lines.at(-1)).toBe('gateway listening on x');
  process.kill(identity.pid, 'SIGKILL');
  expect(await next()).toBeNull();
  expect(await next()).not.toBeNull();
});
