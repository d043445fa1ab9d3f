import { request } from 'node:http';

/**
 * One GET on a unix socket; resolves with status and body text, rejects on connection errors and after
 * `timeoutMs`.
 */
export function getOverSocket(
  socketPath: string,
  target: string,
  timeoutMs = 5000,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const req = request({ socketPath, path: target, timeout: timeoutMs }, (res) => {
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
    req.on('timeout', () => {
      req.destroy(new Error(`no response within ${timeoutMs} ms`));
    });
    req.on('error', reject);
    req.end();
  });
}
