import { statSync } from 'node:fs';
import { request } from 'node:http';
import { startLimit } from '../../shared/process/scaled-limit.ts';
import { unscaledLimits } from '../../shared/process/time-limits.ts';

/**
 * One GET on a unix socket; resolves with status and body text, rejects on connection errors and after
 * `usualMs`: on a slow machine later only with `measure`, since displays do not wait.
 */
export function getOverSocket(
  socketPath: string,
  target: string,
  usualMs: number = unscaledLimits.engineState,
  measure: () => Promise<number> = () => Promise.resolve(1),
): Promise<{ status: number; body: string }> {
  const limit = startLimit(usualMs, measure);
  const isLate = () => new Error(`no response within ${limit.totalMs()} ms`);
  return responseOf(socketPath, target, limit.signal, isLate).finally(() => {
    limit.end();
  });
}

/** The same; when `signal` is aborted, rejects with the error that `abortError` makes. */
export function responseOf(
  socketPath: string,
  target: string,
  signal: AbortSignal,
  abortError: () => Error,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    // The error of connecting, without loading node:http: an engine that does not run has no socket.
    statSync(socketPath);
    const req = request({ socketPath, path: target }, (res) => {
      let body = '';
      res.setEncoding('utf8');
      res.on('data', (chunk: string) => {
        body += chunk;
      });
      res.on('end', () => {
        resolve({ status: res.statusCode ?? 0, body });
      });
      res.on('error', reject);
    });
    const abort = (): void => {
      req.destroy(abortError());
    };
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort);
    req.on('error', reject);
    req.end();
  });
}
