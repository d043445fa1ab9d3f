import { request } from 'node:http';

const timeoutMs = 30_000;

/**
 * Removes a container with its anonymous volumes, as the engine removes one of `docker run --rm`. Resolves
 * when the engine has responded; rejects where it does not within 30 s.
 */
export function removeContainer(engineSocket: string, id: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const req = request(
      {
        socketPath: engineSocket,
        method: 'DELETE',
        path: `/containers/${encodeURIComponent(id)}?force=1&v=1`,
        headers: { Host: 'docker' },
        signal: AbortSignal.timeout(timeoutMs),
      },
      (res) => {
        res.resume();
        res.once('close', resolve);
      },
    );
    req.once('error', reject);
    req.end();
  });
}
