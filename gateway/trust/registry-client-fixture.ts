import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach } from 'vitest';
import type { RegistryFacts } from '../engine-api/engine-facts.ts';
import type { Credentials } from './docker-credentials.ts';
import { createRegistryClient, type RegistryClient, type RegistryResponse } from './registry-client.ts';
import type { WebRequest, WebResponse } from './registry-http.ts';

export const manifest = JSON.stringify({
  schemaVersion: 2,
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  config: {},
  layers: [],
});
export const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
export const digest = digestOf(manifest);
export const index = JSON.stringify({
  schemaVersion: 2,
  mediaType: 'application/vnd.oci.image.index.v1+json',
  manifests: [{ digest }, { digest: 'nonsense' }, null],
});
export const manifestType = 'application/vnd.oci.image.manifest.v1+json';
export const indexType = 'application/vnd.oci.image.index.v1+json';

/** The fake registries of the running test. */
export const servers: Server[] = [];
/** A fake registry on 127.0.0.1; gives `host:port`. */
export async function serve(listener: RequestListener, tls?: { key: string; cert: string }): Promise<string> {
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  return `127.0.0.1:${(server.address() as AddressInfo).port}`; // a listening TCP server has one
}
/** Closes the registries of each test of a file after it. */
export function useRegistries(): void {
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });
}

/** Sends a whole response. */
export const send = (res: ServerResponse, status: number, headers: Record<string, string>, body = '') => {
  res.writeHead(status, headers);
  res.end(body);
};
/** Serves the manifest. */
export const good = (res: ServerResponse) => {
  send(res, 200, { 'Content-Type': manifestType, 'Docker-Content-Digest': digest }, manifest);
};
/** An engine that trusts registries on the loopback without TLS. */
export const none: RegistryFacts = { mirrors: [], insecureHosts: [], insecureRanges: ['127.0.0.0/8'] };

interface ClientOptions {
  credentials?: Credentials | null;
  facts?: RegistryFacts;
  certificates?: string;
  timeoutMs?: number;
  reference?: string;
  now?: () => number;
  exchange?: (request: WebRequest) => Promise<WebResponse>;
}
/** A client with these options, to be closed by the test. */
export function clientFor(options: ClientOptions = {}): RegistryClient {
  return createRegistryClient({
    registries: () => Promise.resolve(options.facts ?? none),
    credentials: { lookUp: () => Promise.resolve(options.credentials ?? null) },
    certificates: options.certificates ?? '/nonexistent',
    timeoutMs: options.timeoutMs ?? 5000,
    ...(options.now === undefined ? {} : { now: options.now }),
    ...(options.exchange === undefined
      ? {}
      : { web: { exchange: options.exchange, close: () => undefined } }),
  });
}
/** What a client of its own gets for the image `team/tool`. */
export async function resolve(domain: string, options: ClientOptions = {}): Promise<RegistryResponse> {
  const client = clientFor(options);
  try {
    return await client.query({ domain, path: 'team/tool', reference: options.reference ?? '1' }, () => null);
  } finally {
    client.close();
  }
}
export const password = { kind: 'password', user: 'u', password: 'p' } satisfies Credentials;
/** That password, as a registry gets it. */
export const basicUp = `Basic ${Buffer.from('u:p').toString('base64')}`;
