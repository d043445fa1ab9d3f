import { STATUS_CODES } from 'node:http';

/** A response of the gateway's own, shaped like the engine's errors (`{"message": …}`), so that every Docker client shows it. */
export function errorResponse(status: number, message: string, options: { close: boolean; head?: boolean }): Buffer {
  const body = Buffer.from(`${JSON.stringify({ message })}\n`, 'utf8');
  const head = Buffer.from(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n${options.close ? 'Connection: close\r\n' : ''}\r\n`,
    'latin1',
  );
  // A HEAD response has the length of the body but not the body.
  return options.head === true ? head : Buffer.concat([head, body]);
}

export const continueResponse = Buffer.from('HTTP/1.1 100 Continue\r\n\r\n', 'latin1');

/** An unexpected failure, for the log. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}
