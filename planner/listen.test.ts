import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import path from 'node:path';
import { expect, it } from 'vitest';
import { noListenerStore } from '../shared/gateway/listener-handoff.ts';
import { listenOn, withFileKept } from './listen.ts';

it('a socket whose descriptor is kept elsewhere outlives an orderly end: clients wait', async () => {
  const directory = await mkdtemp('/tmp/bh-listen-');
  const file = path.join(directory, 'planner.sock');
  const server = createServer().listen(file);
  await once(server, 'listening');
  const { ino } = statSync(file);
  const { fd } = (server as unknown as { _handle: { fd: number } })._handle; // Node has no public API for it
  const holder = spawn('cat', [], { stdio: ['pipe', 'ignore', 'ignore', fd] });
  try {
    await withFileKept(file, async () => {
      server.close();
      await once(server, 'close');
      expect(existsSync(file)).toBe(false);
    });
    expect(statSync(file).ino).toBe(ino);
    expect(readdirSync(directory)).toEqual(['planner.sock']);
    const client = connect(file);
    await once(client, 'connect');
    client.destroy();
  } finally {
    holder.kill();
    await rm(directory, { recursive: true });
  }
});

it('goes on when connections cannot be accepted, as without free descriptors, and logs it', async () => {
  const directory = await mkdtemp('/tmp/bh-listen-');
  const server = createServer();
  const logged: string[] = [];
  try {
    await listenOn(
      server,
      path.join(directory, 'planner.sock'),
      { inherited: [], store: noListenerStore },
      (line) => logged.push(line),
    );
    expect(server.emit('error', new Error('accept EMFILE'))).toBe(true);
    expect(logged).toEqual(['a connection could not be accepted: accept EMFILE']);
  } finally {
    server.close();
    await rm(directory, { recursive: true });
  }
});
