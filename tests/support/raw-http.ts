import { connect } from 'node:net';

export interface RawResponse {
  readonly status: number;
  readonly head: string;
  readonly body: string;
  readonly text: string;
}

/**
 * Sends bytes to a unix socket and resolves with everything received until the other side closes, or until
 * `until` is received.
 */
export function sendRaw(socketPath: string, bytes: string | Buffer, until?: RegExp): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath);
    let text = '';
    const finish = () => {
      socket.destroy();
      const [head = '', ...rest] = text.split('\r\n\r\n');
      resolve({
        status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0),
        head,
        body: rest.join('\r\n\r\n'),
        text,
      });
    };
    socket.on('data', (part: Buffer) => {
      text += part.toString('latin1');
      if (until?.test(text) === true) finish();
    });
    socket.on('end', finish);
    socket.on('error', (error) => {
      if (text === '') reject(error);
      else finish();
    });
    socket.write(bytes);
  });
}

/** One JSON request on a connection of its own. */
export function sendJson(
  socketPath: string,
  method: string,
  target: string,
  body: string,
  headers = 'Content-Type: application/json\r\n',
): Promise<RawResponse> {
  return sendRaw(
    socketPath,
    `${method} ${target} HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n` +
      `${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
