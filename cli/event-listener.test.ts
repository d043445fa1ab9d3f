import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventListener } from './event-listener.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'bh-events-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** The side of the next connection that this process makes, of the kind that `eventListener` does. */
function nextClient(): Promise<net.Socket> {
  return new Promise((resolve) => {
    const channel = 'net.client.socket';
    const onSocket = (published: unknown) => {
      unsubscribe(channel, onSocket);
      resolve((published as { readonly socket: net.Socket }).socket);
    };
    subscribe(channel, onSocket);
  });
}

test('a reader that ends with events unread neither ends the work nor cancels it', async () => {
  const socket = path.join(directory, 'events.sock');
  const server = net.createServer({ pauseOnConnect: true });
  await once(server.listen(socket), 'listening');
  const connected = once(server, 'connection') as Promise<[net.Socket]>;
  const uncaught: unknown[] = [];
  const onUncaught = (error: unknown) => {
    uncaught.push(error);
  };
  process.on('uncaughtExceptionMonitor', onUncaught);
  try {
    const client = nextClient();
    const listener = await eventListener(socket);
    let cancels = 0;
    listener.onCancel(() => {
      cancels++;
    });
    // Not by `once`, which rejects on an error.
    const closed = new Promise<unknown>((resolve) => void client.then((one) => one.once('close', resolve)));
    listener.write('{}\n');
    const [reader] = await connected;
    await expect.poll(async () => (await client).bytesWritten).toBe(3);
    // With an event in it that was not read: the other side's connection is reset.
    reader.destroy();
    await closed;
    listener.write('{}\n');
    listener.end();
    expect({ uncaught, cancels }).toEqual({ uncaught: [], cancels: 0 });
  } finally {
    process.removeListener('uncaughtExceptionMonitor', onUncaught);
    server.close();
  }
});
