import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';

const facts = z.object({ operations: z.record(z.string(), z.string()) });
let directory: string;
beforeAll(() => {
  execFileSync('sh', [path.join(import.meta.dirname, 'build.sh')]);
  // In a place where another user can execute it.
  directory = mkdtempSync('/tmp/bh-probe-');
  execFileSync('chmod', ['755', directory]);
  copyFileSync(path.join(import.meta.dirname, 'build/bulkhead-probe'), path.join(directory, 'probe'));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

it.each([-5, 0, 5])('A5: raising the priority is refused to a process with niceness %i', (niceness) => {
  const { stdout } = spawnSync(
    'nice',
    [
      ...['-n', String(niceness), 'setpriv', '--reuid=65534', '--clear-groups'],
      ...[path.join(directory, 'probe'), '--operations'],
    ],
    { encoding: 'utf8' },
  );
  expect(facts.parse(JSON.parse(stdout)).operations['better-priority']).toMatch(/^E(?:ACCES|PERM)$/);
});

it('A11: repeats the response of an engine as it is, in any language', async () => {
  const refusal = `enhanced container isolation: ${'已阻止：“create”, é, 🐳 '.repeat(30)}\u007f`;
  const socket = path.join(directory, 'docker.sock');
  const server = createServer((_, response) => {
    response.statusCode = 403;
    response.end(JSON.stringify({ message: refusal }));
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  try {
    const { stdout } = await promisify(execFile)(path.join(directory, 'probe'), [
      '--socket',
      socket,
      '20',
      '{}',
    ]);
    const { throughSocket } = z
      .object({ throughSocket: z.object({ created: z.number(), answer: z.string() }) })
      .parse(JSON.parse(stdout));
    expect(throughSocket.created).toBe(403);
    expect(JSON.parse(throughSocket.answer)).toEqual({ message: refusal });
  } finally {
    server.close();
  }
});

it('A11: says after how long a socket without a response was given up', async () => {
  const socket = path.join(directory, 'silent.sock');
  const server = createServer(() => undefined);
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  try {
    const { stdout } = await promisify(execFile)(path.join(directory, 'probe'), [
      ...['--socket', socket, '1', '{}'],
    ]);
    expect(JSON.parse(stdout)).toMatchObject({
      throughSocket: { created: 0, answer: 'no response within 1 s' },
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
