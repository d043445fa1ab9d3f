import { createServer } from 'node:http';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import { removeStaleSocket, publishSocket, temporaryName } from '../base/socket-file.ts';
import type { GatewayCounters } from './counters.ts';
import { message } from '../../shared/messages/message.ts';
import type { GatewayGauges } from './prometheus.ts';

export interface MetricsSocket {
  close(): Promise<void>;
}

/**
 * Serves `GET /metrics` (Prometheus text) on a unix socket of its own, with the permissions of the clients'
 * socket: it is read-only. The library that renders metrics is loaded with the first request. Errors: as of a
 * listener.
 */
export async function serveMetrics(
  file: string,
  group: string,
  counters: GatewayCounters,
  gauges: () => GatewayGauges,
  log: (line: string) => void,
): Promise<Result<MetricsSocket, AppError>> {
  let render: (() => Promise<string>) | null = null;
  const server = createServer((request, response) => {
    const respond = (status: number, text: string) => {
      response.writeHead(status, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' });
      response.end(request.method === 'HEAD' ? undefined : text);
    };
    if (request.url !== '/metrics' || (request.method !== 'GET' && request.method !== 'HEAD')) {
      respond(404, 'GET /metrics is all there is.\n');
      return;
    }
    import('./prometheus.ts')
      .then(({ metricsText }) => (render ??= metricsText(counters, gauges))())
      .then(
        (text) => {
          respond(200, text);
        },
        (error: unknown) => {
          log(`metrics: ${error instanceof Error ? error.message : String(error)}`);
          respond(500, "The metrics could not be rendered; see the gateway's log.\n");
        },
      );
  });
  server.maxConnections = 16;
  const free = await removeStaleSocket(file);
  if (!free.ok) return free;
  const temporary = temporaryName(file);
  const listening = await new Promise<Error | null>((resolve) => {
    server.once('error', resolve);
    const before = process.umask(0o177);
    try {
      server.listen(temporary, () => {
        server.off('error', resolve);
        resolve(null);
      });
    } finally {
      process.umask(before);
    }
  });
  if (listening !== null)
    return fail('engine.start-failed', message('gateway.listen-failed', { file }), {
      cause: listening,
      hint: message('gateway.check-directory-rights'),
    });
  server.on('error', (error) => {
    log(`metrics: ${error.message}`);
  });
  const placed = await publishSocket(temporary, file, group, log);
  if (!placed.ok) {
    server.close();
    return placed;
  }
  return ok({
    close: async () => {
      await placed.value.remove();
      const closed = new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
      server.closeAllConnections();
      await closed;
    },
  });
}
