import type { Socket } from 'node:net';
import { errorResponse } from './errors.ts';
import { prefaceProgress } from './prior-knowledge.ts';
import { refuseCalls } from './refuse-calls.ts';

/**
 * How long a refused client may take to send a request and to read the response, ms, and how much it may
 * send.
 */
const refusalTimeoutMs = 5000;
const maxReceivedBytes = 1024 * 1024;

/**
 * Responds to the client's first request, whatever it is, and closes: clients ignore a response before they
 * have sent a request. A client that begins with HTTP/2 gets the refusal as the error of its calls. `ended`
 * is called once, when the socket is closed.
 */
export function refuseConnection(socket: Socket, status: number, message: string, ended: () => void): void {
  let received = 0;
  const timer = setTimeout(() => {
    socket.destroy();
  }, refusalTimeoutMs);
  timer.unref();
  socket.on('error', () => undefined);
  const onData = (bytes: Buffer) => {
    if (received === 0 && prefaceProgress(bytes) === 'complete') {
      socket.off('data', onData);
      socket.pause();
      socket.unshift(bytes);
      refuseCalls(socket, status, message);
      return;
    }
    if (received === 0)
      socket.end(
        errorResponse(status, message, { close: true, head: bytes.toString('latin1', 0, 5) === 'HEAD ' }),
      );
    received += bytes.length;
    if (received > maxReceivedBytes) socket.destroy();
  };
  socket.on('data', onData);
  socket.on('end', () => {
    if (received === 0) socket.end();
    else if (socket.writableFinished) socket.destroy();
    else
      socket.once('finish', () => {
        socket.destroy();
      });
  });
  socket.once('close', () => {
    clearTimeout(timer);
    ended();
  });
}
