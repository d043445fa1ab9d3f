import { expect, it } from 'vitest';
import { message } from '../../shared/messages/message.ts';
import { dockerClient, requestFailure } from './docker-client.ts';
import { getOverSocket } from './get-over-socket.ts';

const socket = '/tmp/bulkhead-no-such-directory/docker.sock';
const what = message('app.containers-not-listed');
const errorOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => null,
    (error: unknown) => error,
  );

it.each([
  ['a connection', () => dockerClient(socket).listContainers()],
  ['a look at it', () => getOverSocket(socket, '/_ping')],
])('a socket that %s does not find is the reason as a sentence', async (_, call) => {
  expect(requestFailure(what, await errorOf(call()))).toMatchObject({
    error: {
      code: 'engine.unreachable',
      reason: `no socket ${socket}`,
      sentences: { reason: { id: 'engine.no-socket', params: { socket } } },
    },
  });
});

it('the reason of other errors is their own text', () => {
  expect(requestFailure(what, new Error('socket hang up'))).toMatchObject({
    error: { reason: 'socket hang up' },
  });
});
