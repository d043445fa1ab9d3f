import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** One file of zeros as a tar archive: header, content, two empty blocks. `bytes` is a multiple of 512. */
function tarHead(name: string, bytes: number): Buffer {
  const head = Buffer.alloc(512);
  head.write(name, 0);
  head.write('0000644\0', 100);
  head.write('0000000\0', 108);
  head.write('0000000\0', 116);
  head.write(`${bytes.toString(8).padStart(11, '0')}\0`, 124);
  head.write('00000000000\0', 136);
  head.write('        ', 148);
  head.write('0', 156);
  head.write('ustar\0', 257);
  head.write('00', 263);
  const sum = head.reduce((total, byte) => total + byte, 0);
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return head;
}

async function pour(socket: Socket, bytes: number): Promise<void> {
  const part = Buffer.alloc(256 * 1024);
  for (let sent = 0; sent < bytes; sent += part.length) if (!socket.write(part)) await once(socket, 'drain');
}

async function open(socketPath: string, head: string): Promise<Socket> {
  const socket = connect({ path: socketPath, allowHalfOpen: true });
  await once(socket, 'connect');
  socket.write(head);
  return socket;
}

/** Reads to the end; resolves with the number of bytes. Rejects if the response's status is not a success. */
async function drain(socket: Socket): Promise<number> {
  let bytes = 0;
  let status = '';
  socket.on('data', (part: Buffer) => {
    if (bytes === 0) status = part.toString('latin1', 0, Math.min(part.length, 300));
    bytes += part.length;
  });
  await once(socket, 'end');
  socket.destroy();
  if (!/^HTTP\/1\.1 (?:2|101)/.test(status)) throw new Error(status);
  return bytes;
}

/** docker cp into a container: MB/s of `bytes` by PUT /archive. */
export async function putArchive(socketPath: string, id: string, bytes: number): Promise<number> {
  const start = performance.now();
  const socket = await open(
    socketPath,
    `PUT /v1.45/containers/${id}/archive?path=/ HTTP/1.1\r\nHost: d\r\nConnection: close\r\n` +
      `Content-Type: application/x-tar\r\nContent-Length: ${bytes + 1536}\r\n\r\n`,
  );
  const answered = drain(socket);
  socket.write(tarHead('zeros', bytes));
  await pour(socket, bytes);
  socket.write(Buffer.alloc(1024));
  await answered;
  return bytes / 1e6 / ((performance.now() - start) / 1000);
}

/** docker cp of what `putArchive` wrote out of a container: MB/s by GET /archive. */
export async function getArchive(socketPath: string, id: string, bytes: number): Promise<number> {
  const start = performance.now();
  const got = await drain(
    await open(
      socketPath,
      `GET /v1.45/containers/${id}/archive?path=/zeros HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n`,
    ),
  );
  if (got < bytes) throw new Error(`received only ${got} bytes`);
  return bytes / 1e6 / ((performance.now() - start) / 1000);
}

/**
 * The output of a container over a hijacked connection: MB/s of `bytes`, from the start request to the end of
 * the stream. `start` starts it.
 */
export async function attachedOutput(
  socketPath: string,
  id: string,
  bytes: number,
  start: () => Promise<void>,
): Promise<number> {
  const socket = await open(
    socketPath,
    `POST /v1.45/containers/${id}/attach?stream=1&stdout=1 HTTP/1.1\r\nHost: d\r\n` +
      'Connection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 0\r\n\r\n',
  );
  const [head] = (await once(socket, 'data')) as [Buffer];
  if (!head.toString('latin1').startsWith('HTTP/1.1 101')) throw new Error(head.toString('latin1'));
  const begin = performance.now();
  let got = 0;
  socket.on('data', (part: Buffer) => {
    got += part.length;
  });
  const ended = once(socket, 'end');
  await start();
  await ended;
  socket.destroy();
  if (got < bytes) throw new Error(`received only ${got} bytes`);
  return bytes / 1e6 / ((performance.now() - begin) / 1000);
}
