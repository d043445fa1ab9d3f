import path from 'node:path';
import { accompliceAttempts } from './attempt.ts';
import type { Agent } from './agent.ts';
import { failureOf, requireRoot } from './evidence.ts';
import { AT_FDCWD, O_DIRECTORY, O_NONBLOCK, O_PATH, O_RDONLY, O_WRONLY, u32, u64 } from './linux.ts';
import type { AttackFixture } from './attack-fixture.ts';

const SOL_SOCKET = 1,
  SO_PASSCRED = 16,
  SO_PEERCRED = 17,
  SCM_CREDENTIALS = 2;

/** One request of the Engine API over a connection that a process has; resolves with the response. */
async function request(
  agent: Agent,
  connection: number,
  method: string,
  target: string,
  body?: unknown,
): Promise<string> {
  const content = body === undefined ? '' : JSON.stringify(body);
  const head = [
    `${method} /v1.45${target} HTTP/1.1`,
    'Host: docker',
    'Content-Type: application/json',
    `Content-Length: ${content.length}`,
    '',
    content,
  ];
  const request = head.join('\r\n');
  await agent.call('write', connection, request, request.length);
  let text = '';
  for (;;) {
    const part = await agent.read(connection, 16_384);
    text += part;
    const [, headers = '', received = ''] = /^([^]*?)\r\n\r\n([^]*)$/.exec(text) ?? [];
    const length = /^content-length: (\d+)/im.exec(headers)?.[1];
    const isWhole =
      length === undefined
        ? /^HTTP\/1\.1 204|(?:^|\n)0\r\n\r\n$/.test(text)
        : received.length >= Number(length);
    if (isWhole || part === '') return text;
  }
}

/** Has a container read the canary, over a connection to the engine that a process inside has. */
async function readByEngine(
  fixture: AttackFixture,
  inside: Agent,
  connection: number,
  name: string,
): Promise<boolean> {
  const created = await request(inside, connection, 'POST', `/containers/create?name=${name}`, {
    Image: 'accomplice',
    Cmd: ['/accomplice', 'cat', '/closed/secret'],
    HostConfig: { Binds: [`${fixture.closed}:/closed`] },
  });
  if (!/^HTTP\/1\.1 201/.test(created)) throw failureOf(created);
  const started = await request(inside, connection, 'POST', `/containers/${name}/start`);
  if (!/^HTTP\/1\.1 204/.test(started)) throw failureOf(started);
  await request(inside, connection, 'POST', `/containers/${name}/wait`);
  return fixture.isCanary(
    await request(inside, connection, 'GET', `/containers/${name}/logs?stdout=1&stderr=1`),
  );
}

/** A service of root's that returns the canary to root only, as determined by `identify`. */
async function requestService(
  fixture: AttackFixture,
  name: string,
  connect: (outside: Agent, inside: Agent, socket: string) => Promise<number>,
  identify: (service: Agent, connection: number) => Promise<number>,
): Promise<boolean> {
  const service = await fixture.root();
  const socket = path.join(fixture.closed, name);
  const listener = await service.call('listen', socket);
  const [outside, inside] = await fixture.both();
  const connection = await connect(outside, inside, socket);
  const uid = await identify(service, await service.call('accept', listener));
  requireRoot('the peer of the service', uid);
  return connection >= 0;
}

/** A message of one byte with room for control data, in a process's memory: `msghdr`. */
async function message(
  agent: Agent,
  control: Buffer,
): Promise<{ readonly header: Buffer; readonly control: number }> {
  const vector = await agent.keep(u64(await agent.keep(Buffer.alloc(1)), 1));
  const address = await agent.keep(control);
  return { header: u64(0, 0, vector, 1, address, control.length, 0), control: address };
}

export const socketAttempts = accompliceAttempts([
  {
    id: 'docker-socket-connection',
    title: "a connection to the clients' socket, made outside, has a container started from inside",
    attempt: async (fixture) => {
      const [outside, inside] = await fixture.both();
      const connection = await outside.call('connect-to', fixture.setup.door);
      return readByEngine(fixture, inside, await fixture.pass(outside, connection, inside), 'by-connection');
    },
  },
  {
    id: 'engine-socket-by-directory',
    title: "container root connects to the engine's own socket by a descriptor of a directory above it",
    attempt: async (fixture) => {
      const [outside, inside] = await fixture.both();
      const passed = await fixture.handOver(outside, '/', O_PATH | O_DIRECTORY, inside);
      const connection = await inside.call(
        'connect-to',
        `/proc/self/fd/${passed}${fixture.setup.engineSocket}`,
      );
      return readByEngine(fixture, inside, connection, 'by-directory');
    },
  },
  {
    id: 'peer-of-a-service',
    title: "container root connects to a service of root's by a descriptor of its directory",
    attempt: (fixture) =>
      requestService(
        fixture,
        'peer.sock',
        async (outside, inside, socket) => {
          const passed = await fixture.handOver(outside, path.dirname(socket), O_PATH | O_DIRECTORY, inside);
          return inside.call('connect-to', `/proc/self/fd/${passed}/${path.basename(socket)}`);
        },
        async (service, connection) => {
          const peer = await service.filled(
            'getsockopt',
            connection,
            SOL_SOCKET,
            SO_PEERCRED,
            Buffer.alloc(12),
            u32(12),
          );
          return peer.memory[0]?.readUInt32LE(4) ?? NaN;
        },
      ),
  },
  {
    id: 'credentials-in-a-message',
    title: "container root sends its ids to a service of root's, over a connection that was made outside",
    attempt: (fixture) =>
      requestService(
        fixture,
        'credentials.sock',
        async (outside, inside, socket) => {
          const connection = await fixture.pass(outside, await outside.call('connect-to', socket), inside);
          const ids = u32(await inside.call('getpid'), 0, 0, 0);
          const { header } = await message(
            inside,
            Buffer.concat([u64(16 + 12), u32(SOL_SOCKET, SCM_CREDENTIALS), ids]),
          );
          await inside.call('sendmsg', connection, header, 0);
          return connection;
        },
        async (service, connection) => {
          await service.call('setsockopt', connection, SOL_SOCKET, SO_PASSCRED, u32(1), 4);
          const { header, control } = await message(service, Buffer.alloc(32));
          await service.call('recvmsg', connection, header, 0);
          const { memory } = await service.filled('peek', control + 16, Buffer.alloc(12));
          return memory[0]?.readUInt32LE(4) ?? NaN;
        },
      ),
  },
  {
    id: 'fifo-reopened-for-writing',
    title: "a FIFO of root's, handed in for reading, is written to, and a process of root's reads it",
    attempt: async (fixture) => {
      const [outside, inside] = await fixture.both();
      const root = await fixture.root();
      const fifo = path.join(fixture.closed, 'fifo');
      await root.call('mknodat', AT_FDCWD, fifo, 0o10644, 0);
      const reader = await root.call('openat', AT_FDCWD, fifo, O_RDONLY | O_NONBLOCK);
      const passed = await fixture.handOver(outside, fifo, O_RDONLY | O_NONBLOCK, inside);
      const writer = await inside.call('openat', AT_FDCWD, `/proc/self/fd/${passed}`, O_WRONLY | O_NONBLOCK);
      await inside.call('write', writer, 'an order', 8);
      return (await root.read(reader)) === 'an order';
    },
  },
]);
