import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import path from 'node:path';
import { expect, it } from 'vitest';
import { hasUnread, isHungUp } from './hung-up.ts';

it('distinguishes a disconnected client from one that only half-closed', async () => {
  const dir = await mkdtemp('/tmp/bulkhead-hung-up-');
  const server = createServer({ allowHalfOpen: true }).listen(path.join(dir, 's.sock'));
  try {
    const client = connect({ path: path.join(dir, 's.sock'), allowHalfOpen: true });
    const [served] = (await once(server, 'connection')) as [Socket];
    expect([isHungUp(served), hasUnread(served)]).toEqual([false, false]);
    client.end('last words');
    await once(client, 'finish');
    expect([isHungUp(served), hasUnread(served)]).toEqual([false, true]);
    await once(served.resume(), 'end');
    expect(isHungUp(served)).toBe(false);
    client.destroy();
    await once(client, 'close');
    expect(isHungUp(served)).toBe(true);
    served.destroy();
    expect(isHungUp(served)).toBe(false);
  } finally {
    server.close();
    await rm(dir, { recursive: true });
  }
});
