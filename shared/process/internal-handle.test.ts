import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { fstatSync } from 'node:fs';
import { expect, it } from 'vitest';
import { handleDescriptor, internalHandle } from './internal-handle.ts';

const descriptor = (server: Server): number | null => handleDescriptor(internalHandle(server));

it('a listening server has a handle with its descriptor; a closed or new one has none', async () => {
  const server = createServer();
  expect(descriptor(server)).toBeNull();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  expect(fstatSync(descriptor(server) ?? -1).isSocket()).toBe(true);
  const closed = once(server, 'close');
  server.close();
  await closed;
  expect(internalHandle(server)).toBeNull();
  expect(descriptor(server)).toBeNull();
});

it('an object without a handle has no descriptor', () => {
  expect(internalHandle({})).toBeNull();
  expect(handleDescriptor({})).toBeNull();
  expect(handleDescriptor({ fd: -1 })).toBeNull();
});
