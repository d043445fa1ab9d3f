import { STATUS_CODES } from 'node:http';

/**
 * A response of the gateway's own, shaped like the engine's errors (`{"message": …}`), so that every Docker
 * client shows it. `isPlainText`: clients of an old API expect the message alone.
 */
export function errorResponse(
  status: number,
  message: string,
  options: { close: boolean; head?: boolean; isPlainText?: boolean },
): Buffer {
  const { isPlainText = false } = options;
  const body = Buffer.from(`${isPlainText ? message : JSON.stringify({ message })}\n`, 'utf8');
  const type = isPlainText ? 'text/plain; charset=utf-8' : 'application/json';
  const head = Buffer.from(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}\r\nContent-Type: ${type}\r\n` +
      `Content-Length: ${body.length}\r\n${options.close ? 'Connection: close\r\n' : ''}\r\n`,
    'latin1',
  );
  // A HEAD response has the length of the body but not the body.
  return options.head === true ? head : Buffer.concat([head, body]);
}

/**
 * A switch to a stream of frames that begins and ends with an error: one frame of the kind that Docker's
 * clients show as "error from daemon in stream".
 */
export function errorStream(message: string): Buffer {
  const text = Buffer.from(message, 'utf8');
  const frame = Buffer.alloc(8);
  frame[0] = 3;
  frame.writeUInt32BE(text.length, 4);
  return Buffer.concat([
    Buffer.from(
      'HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.multiplexed-stream\r\n' +
        'Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n',
      'latin1',
    ),
    frame,
    text,
  ]);
}

export const continueResponse = Buffer.from('HTTP/1.1 100 Continue\r\n\r\n', 'latin1');

/** An unexpected failure, for the log. */
export function errorText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
