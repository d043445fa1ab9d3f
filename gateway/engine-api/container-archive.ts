import type { IncomingMessage } from 'node:http';
import type { EngineClient } from './engine-client.ts';
import { readSingleFile } from './read-facts.ts';

const archivePath = (id: string, file: string): string =>
  `/containers/${encodeURIComponent(id)}/archive?path=${encodeURIComponent(file)}`;

/** Room for a header, padding and the end of the archive, bytes. */
const archiveOverhead = 64 * 1024;

/** Looks up files of a container through the engine's archive endpoint (`docker cp`). */
export class ContainerArchive {
  readonly #client: EngineClient;

  constructor(client: EngineClient) {
    this.#client = client;
  }

  /** The content of a regular file; null where there is none, or it is longer than `limit` bytes. */
  file(id: string, file: string, limit: number): Promise<Buffer | null> {
    return new Promise((resolve, reject) => {
      const read = (res: IncomingMessage) => {
        const parts: Buffer[] = [];
        let size = 0;
        res.on('data', (part: Buffer) => {
          size += part.length;
          if (size > limit + archiveOverhead) {
            resolve(null);
            req.destroy();
          } else parts.push(part);
        });
        res.on('end', () => {
          resolve(res.statusCode === 200 ? readSingleFile(Buffer.concat(parts)) : null);
        });
      };
      const req = this.#client.open({ path: archivePath(id, file) }, reject, read, null);
      req.end();
    });
  }

  /** Whether there is anything at a path. */
  has(id: string, file: string): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const read = (res: IncomingMessage) => {
        res.resume();
        resolve(res.statusCode === 200);
      };
      this.#client.open({ method: 'HEAD', path: archivePath(id, file) }, reject, read, null).end();
    });
  }

  /**
   * Calls `inspect` while the engine has the container locked for a copy, with its files mounted; nothing is
   * copied. Null where the engine refuses both directions.
   */
  async whileLocked<T>(id: string, inspect: () => Promise<T | null>): Promise<T | null> {
    // Where the engine refuses writing, reading may still work.
    return (await this.#whileCopying('PUT', id, inspect)) ?? this.#whileCopying('GET', id, inspect);
  }

  #whileCopying<T>(method: 'PUT' | 'GET', id: string, inspect: () => Promise<T | null>): Promise<T | null> {
    return new Promise((resolve, reject) => {
      const onLocked = () => {
        inspect()
          .then(resolve, reject)
          .finally(() => {
            req.destroy();
          });
      };
      const upload = {
        'Content-Type': 'application/x-tar',
        'Transfer-Encoding': 'chunked',
        Expect: '100-continue',
      };
      const options = {
        method,
        path: archivePath(id, '/'),
        agent: false,
        headers: method === 'PUT' ? upload : {},
      };
      const req = this.#client.open(options, reject, (res) => {
        // The engine blocks while its output is not read.
        if (method === 'GET' && res.statusCode === 200) {
          onLocked();
          return;
        }
        req.destroy();
        resolve(null);
      });
      req.once('continue', onLocked);
      if (method === 'PUT') req.flushHeaders();
      else req.end();
    });
  }
}
