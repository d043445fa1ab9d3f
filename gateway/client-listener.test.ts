import { once } from 'node:events';
import { mkdtempSync, rmSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseListenerHandoff, type ListenerStore } from '../shared/gateway/listener-handoff.ts';
import { listenForClients } from './client-listener.ts';
import { duplicateDescriptor } from './base/libc.ts';
import { listenOn, type ListenAddress, type Listener } from './http/listener.ts';

let directory: string;
let file: string;
const servers: Server[] = [];
const listeners: Listener[] = [];
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'bh-clients-'));
  file = path.join(directory, 'docker.sock');
});
afterEach(async () => {
  for (const listener of listeners.splice(0)) await listener.close(0);
  for (const server of servers.splice(0)) server.close();
  rmSync(directory, { recursive: true });
});

const stored: string[] = [];
const store: ListenerStore = {
  keep: (name) => {
    stored.push(name);
    return Promise.resolve();
  },
  drop: (name) => {
    stored.push(`drop ${name}`);
  },
};
beforeEach(() => {
  stored.length = 0;
});

/** Where it was listened on in the end. */
async function listen(
  inherited: readonly { readonly name: string; readonly fd: number }[],
): Promise<ListenAddress> {
  const listenCalls: ListenAddress[] = [];
  const opened = await listenForClients(file, { inherited, store }, (at) => {
    listenCalls.push(at);
    return listenOn(at, {
      engineSocket: '/nowhere',
      decide: () => Promise.reject(new Error('no request is sent')),
      onProtocolError: () => undefined,
      origin: { kind: 'clients' },
      log: () => undefined,
    });
  });
  if (!opened.ok) throw new Error(opened.error.message);
  listeners.push(opened.value);
  expect(listenCalls).toHaveLength(1);
  return listenCalls[0] ?? { path: '' };
}

/** A descriptor as a supervisor hands it down: a duplicate of one of its own. */
async function listening(at: string): Promise<number> {
  const server = createServer().listen(at);
  servers.push(server);
  await once(server, 'listening');
  // Node's own, as in listener.ts.
  return duplicateDescriptor((server as unknown as { _handle: { fd: number } })._handle.fd);
}

describe('the clients\u2019 socket', () => {
  it("is created, and sent to the supervisor with its file's identity in a parsable form", async () => {
    expect(await listen([])).toEqual({ path: file });
    expect(stored).toHaveLength(1);
    expect(parseListenerHandoff({ kind: 'keep-listener', name: stored[0] })).not.toBeNull();
  });

  it('is the one that was handed down while its file is the same', async () => {
    await listen([]);
    const [name = ''] = stored;
    const fd = duplicateDescriptor(listeners[0]?.fd ?? -1);
    expect(await listen([{ name, fd }])).toEqual({ fd, path: file });
    expect(stored).toEqual([name]);
  });

  it("is a new one where the file is missing or another's; the inherited one is closed", async () => {
    const name = 'clients-1-2';
    const fd = await listening(path.join(directory, 'old'));
    unlinkSync(path.join(directory, 'old'));
    expect(
      await listen([
        { name, fd },
        { name: 'mount-1', fd: -1 },
      ]),
    ).toEqual({ path: file });
    expect(stored[0]).toBe(`drop ${name}`);
    const client = connect(file);
    await once(client, 'connect');
    client.destroy();
  });
});
