import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RegistryFacts } from '../engine-api/engine-facts.ts';
import type { Credentials } from './docker-credentials.ts';
import { createRegistryClient, type RegistryResponse } from './registry-client.ts';
import { parseChallenges } from './registry-auth.ts';
import { createWeb, type WebResponse, type WebRequest } from './registry-http.ts';

const manifest = JSON.stringify({
  schemaVersion: 2,
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  config: {},
  layers: [],
});
const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const digest = digestOf(manifest);
const index = JSON.stringify({
  schemaVersion: 2,
  mediaType: 'application/vnd.oci.image.index.v1+json',
  manifests: [{ digest }, { digest: 'nonsense' }, null],
});
const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';

const servers: Server[] = [];
/** A fake registry on 127.0.0.1; gives `host:port`. */
async function serve(listener: RequestListener, tls?: { key: string; cert: string }): Promise<string> {
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  return `127.0.0.1:${(server.address() as AddressInfo).port}`; // a listening TCP server has one
}
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const send = (res: ServerResponse, status: number, headers: Record<string, string>, body = '') => {
  res.writeHead(status, headers);
  res.end(body);
};
const good = (res: ServerResponse) => {
  send(res, 200, { 'Content-Type': manifestType, 'Docker-Content-Digest': digest }, manifest);
};
const none: RegistryFacts = { mirrors: [], insecureHosts: [], insecureRanges: ['127.0.0.0/8'] };

interface ClientOptions {
  credentials?: Credentials | null;
  facts?: RegistryFacts;
  certificates?: string;
  timeoutMs?: number;
  reference?: string;
  now?: () => number;
  exchange?: (request: WebRequest) => Promise<WebResponse>;
}
function clientFor(options: ClientOptions = {}) {
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
async function resolve(domain: string, options: ClientOptions = {}): Promise<RegistryResponse> {
  const client = clientFor(options);
  try {
    return await client.query({ domain, path: 'team/tool', reference: options.reference ?? '1' }, () => null);
  } finally {
    client.close();
  }
}
const password: Credentials = { kind: 'password', user: 'u', password: 'p' };
const basicUp = `Basic ${Buffer.from('u:p').toString('base64')}`;

describe('what a registry serves (B3)', () => {
  it('a digest in the response to HEAD', async () => {
    const received: string[] = [];
    const host = await serve((req, res) => {
      received.push(`${req.method} ${req.url} ${String(req.headers.accept).includes(indexType)}`);
      good(res);
    });
    expect(await resolve(host)).toEqual({ kind: 'served', digest, children: [] });
    expect(received).toEqual(['HEAD /v2/team/tool/manifests/1 true']);
  });

  it('an index with its manifests, read and checked', async () => {
    const host = await serve((req, res) => {
      send(
        res,
        200,
        { 'Content-Type': indexType, 'Docker-Content-Digest': digestOf(index) },
        req.method === 'GET' ? index : '',
      );
    });
    expect(await resolve(host)).toEqual({ kind: 'served', digest: digestOf(index), children: [digest] });
  });

  it('an index whose content is another one: its manifests are not known', async () => {
    const host = await serve((_req, res) => {
      send(res, 200, { 'Content-Type': indexType, 'Docker-Content-Digest': digest }, index);
    });
    expect(await resolve(host)).toEqual({ kind: 'served', digest, children: null });
  });

  it.each([
    ['no digest in HEAD', {}],
    ['a digest that is none', { 'Docker-Content-Digest': 'sha256:abc' }],
  ])('the content tells where there is %s', async (_, headers) => {
    const host = await serve((_req, res) => {
      send(res, 200, { 'Content-Type': manifestType, ...headers }, manifest);
    });
    expect(await resolve(host)).toEqual({ kind: 'served', digest, children: [] });
  });

  it('404 is absent', async () => {
    expect(
      await resolve(
        await serve((_req, res) => {
          send(res, 404, {});
        }),
      ),
    ).toEqual({ kind: 'absent' });
  });

  it.each<[string, RequestListener]>([
    [
      'a page of a portal',
      (_req, res) => {
        send(res, 200, { 'Content-Type': 'text/html' }, '<html>log in</html>');
      },
    ],
    [
      'a page that claims the digest',
      (_req, res) => {
        send(res, 200, { 'Content-Type': 'text/html', 'Docker-Content-Digest': digest }, '<html>');
      },
    ],
    [
      'JSON that is no manifest',
      (_req, res) => {
        send(res, 200, { 'Content-Type': manifestType }, '{"schemaVersion":1}');
      },
    ],
    [
      'an error of its own',
      (_req, res) => {
        send(res, 500, {});
      },
    ],
    [
      'another manifest than the requested digest',
      (_req, res) => {
        send(
          res,
          200,
          { 'Content-Type': manifestType, 'Docker-Content-Digest': `sha256:${'0'.repeat(64)}` },
          manifest,
        );
      },
    ],
    [
      'too much',
      (req, res) => {
        send(
          res,
          200,
          { 'Content-Type': manifestType },
          req.method === 'HEAD' ? '' : ' '.repeat(5 * 1024 * 1024),
        );
      },
    ],
    [
      'no HTTP',
      (req) => {
        req.socket.end('nonsense\r\n\r\n');
      },
    ],
    [
      'an end in the middle',
      (_req, res) => {
        res.writeHead(200, { 'Content-Length': '100' });
        res.write('x');
        res.socket?.destroy();
      },
    ],
  ])('%s is no valid response', async (_, listener) => {
    expect(await resolve(await serve(listener), { reference: `sha256:${'1'.repeat(64)}` })).toMatchObject({
      kind: 'unavailable',
    });
  });

  it('a slow response is aborted, also one that arrives byte by byte', async () => {
    const host = await serve((_req, res) => {
      res.writeHead(200, { 'Content-Type': manifestType });
      const drip = setInterval(() => {
        res.write(' ');
      }, 20);
      res.on('close', () => {
        clearInterval(drip);
      });
    });
    // HEAD has no body to drip: the GET does.
    expect(await resolve(host, { timeoutMs: 300 })).toMatchObject({
      kind: 'unavailable',
      why: expect.stringContaining('did not answer within') as string,
    });
    expect(await resolve(await serve(() => undefined), { timeoutMs: 200 })).toMatchObject({
      kind: 'unavailable',
      why: expect.stringContaining('did not answer within') as string,
    });
  });
});

describe('authorization', () => {
  const challenge = (realm: string) => ({
    'WWW-Authenticate': `Bearer realm="${realm}",service="reg",scope="repository:team/tool:pull,push"`,
  });
  /** A registry with a token server on the same address. */
  const tokenRegistry = (
    received: IncomingMessage[],
    grant: (req: IncomingMessage, body: string) => string | null,
  ) =>
    serve((req, res) => {
      received.push(req);
      if (req.url?.startsWith('/token') === true) {
        let body = '';
        req.on('data', (part: Buffer) => {
          body += part.toString();
        });
        req.on('end', () => {
          const token = grant(req, body);
          send(
            res,
            token === null ? 401 : 200,
            {},
            token === null ? '' : JSON.stringify({ token, expires_in: 300 }),
          );
        });
        return;
      }
      if (req.headers.authorization === 'Bearer good') good(res);
      else send(res, 401, challenge(`http://${String(req.headers.host)}/token`));
    });

  it('anonymous bearer token, for reading this repository only', async () => {
    const received: IncomingMessage[] = [];
    const host = await tokenRegistry(received, () => 'good');
    expect(await resolve(host)).toMatchObject({ kind: 'served' });
    expect(received.map((req) => req.url)).toEqual([
      '/v2/team/tool/manifests/1',
      '/token?service=reg&scope=repository%3Ateam%2Ftool%3Apull',
      '/v2/team/tool/manifests/1',
    ]);
    expect(received.map((req) => req.headers.authorization)).toEqual([undefined, undefined, 'Bearer good']);
  });

  it('a token is reused for the next request', async () => {
    const received: IncomingMessage[] = [];
    const host = await tokenRegistry(received, () => 'good');
    const client = clientFor();
    await client.query({ domain: host, path: 'team/tool', reference: '1' }, () => null);
    await client.query({ domain: host, path: 'team/tool', reference: '2' }, () => null);
    client.close();
    expect(received.filter((req) => req.url?.startsWith('/token') === true)).toHaveLength(1);
  });

  it('stored credentials go to the token server; an identity token by OAuth 2', async () => {
    const received: IncomingMessage[] = [];
    expect(
      await resolve(
        await tokenRegistry(received, (req) => (req.headers.authorization === basicUp ? 'good' : null)),
        {
          credentials: password,
        },
      ),
    ).toMatchObject({ kind: 'served' });
    const bodies: string[] = [];
    const host = await tokenRegistry([], (req, body) => {
      bodies.push(`${req.method} ${body}`);
      return 'good';
    });
    expect(await resolve(host, { credentials: { kind: 'identity-token', token: 'refresh' } })).toMatchObject({
      kind: 'served',
    });
    expect(bodies).toEqual([
      'POST grant_type=refresh_token&service=reg&scope=repository%3Ateam%2Ftool%3Apull&' +
        'client_id=bulkhead&refresh_token=refresh',
    ]);
  });

  it('Basic, where credentials are stored; else it says to log in', async () => {
    const host = await serve((req, res) => {
      if (req.headers.authorization === basicUp) good(res);
      else send(res, 401, { 'WWW-Authenticate': 'Basic realm="x"' });
    });
    expect(await resolve(host, { credentials: password })).toMatchObject({ kind: 'served' });
    expect(await resolve(host)).toMatchObject({
      kind: 'denied',
      why: expect.stringContaining(`docker login ${host}`) as string,
    });
    expect(await resolve(host, { credentials: { ...password, password: 'wrong' } })).toMatchObject({
      kind: 'denied',
    });
  });

  it('a refused token is requested anew once, then the request fails', async () => {
    let tokens = 0;
    const host = await tokenRegistry([], () => {
      tokens++;
      return 'bad';
    });
    expect(await resolve(host, { credentials: password })).toMatchObject({ kind: 'denied' });
    expect(tokens).toBe(1);
  });

  it.each([
    'http://token.example/t',
    'ftp://127.0.0.1/t',
    'file:///etc/passwd',
    '/token',
    '',
    'http://u:p@127.0.0.1/t',
  ])('no token server at %s', async (realm) => {
    const host = await serve((_req, res) => {
      send(res, 401, challenge(realm));
    });
    expect(await resolve(host, { credentials: password })).toMatchObject({
      kind: 'unavailable',
      why: expect.stringContaining('token server') as string,
    });
  });

  it('never sends credentials over plain http to another host, whatever a registry requests', async () => {
    const requests: WebRequest[] = [];
    const response = await resolve('registry.example', {
      credentials: password,
      exchange: (request) => {
        requests.push(request);
        return Promise.resolve({
          ok: true,
          status: 401,
          headers: { 'www-authenticate': 'Bearer realm="http://registry.example/token",service="x"' },
          body: Buffer.alloc(0),
        });
      },
    });
    expect(response).toMatchObject({ kind: 'unavailable' });
    expect(requests.map((request) => request.url.href)).toEqual([
      'https://registry.example/v2/team/tool/manifests/1',
    ]);
  });

  it('a redirect neither forwards authorization to another host nor lets it request any', async () => {
    const elsewhere: (string | undefined)[] = [];
    const other = await serve((req, res) => {
      elsewhere.push(req.headers.authorization);
      good(res);
    });
    const host = await serve((req, res) => {
      if (req.headers.authorization !== basicUp) send(res, 401, { 'WWW-Authenticate': 'Basic realm="x"' });
      else send(res, 307, { Location: `http://${other}/blob` });
    });
    expect(await resolve(host, { credentials: password })).toMatchObject({ kind: 'served' });
    expect(elsewhere).toEqual([undefined]);

    const challenging = await serve((req, res) => {
      elsewhere.push(req.headers.authorization);
      send(res, 401, { 'WWW-Authenticate': 'Basic realm="x"' });
    });
    expect(
      await resolve(
        await serve((_req, res) => {
          send(res, 307, { Location: `http://${challenging}/` });
        }),
        { credentials: password },
      ),
    ).toMatchObject({ kind: 'denied' });
    expect(elsewhere).toEqual([undefined, undefined]);
  });

  it.each(['http://registry.other/x', 'file:///etc/passwd', 'https://u:p@127.0.0.1/x', 'http://[::'])(
    'a redirect to %s is not followed',
    async (location) => {
      expect(
        await resolve(
          await serve((_req, res) => {
            send(res, 302, { Location: location });
          }),
        ),
      ).toMatchObject({ kind: 'unavailable', why: expect.stringContaining('redirects') as string });
    },
  );

  it('redirects end', async () => {
    let hops = 0;
    expect(
      await resolve(
        await serve((_req, res) => {
          hops++;
          send(res, 302, { Location: `/again${hops}` });
        }),
      ),
    ).toMatchObject({ kind: 'unavailable', why: expect.stringContaining('redirects too often') as string });
    expect(hops).toBe(4);
  });

  it('parses challenges of all forms', () => {
    expect(
      parseChallenges('Bearer realm="https://a/t?x=1,2",service="s\\"q",error=invalid, Basic realm="b"').map(
        (c) => [c.scheme, ...c.parameters],
      ),
    ).toEqual([
      ['bearer', ['realm', 'https://a/t?x=1,2'], ['service', 's"q'], ['error', 'invalid']],
      ['basic', ['realm', 'b']],
    ]);
    expect(parseChallenges(`Bearer ${'a="'.repeat(5000)}`).length).toBeLessThan(5);
  });
});

describe('rate limits', () => {
  it.each<[string, Record<string, string>, number]>([
    ['Retry-After in seconds', { 'Retry-After': '120' }, 120_000],
    ['Retry-After as a date', { 'Retry-After': new Date(300_000).toUTCString() }, 300_000],
    ["Docker Hub's own header", { 'X-Retry-After': '1000000200' }, 6 * 3600_000],
    ["the draft standard's", { 'RateLimit-Reset': '90' }, 90_000],
    ['nothing', {}, 60_000],
    ['nonsense', { 'Retry-After': 'soon' }, 60_000],
  ])('the back-off that a registry requests is honoured: %s', async (_, headers, wait) => {
    let now = 0;
    let count = 0;
    const host = await serve((_req, res) => {
      count++;
      send(res, 429, headers);
    });
    const client = clientFor({ now: () => now });
    const once_ = () => client.query({ domain: host, path: 'team/tool', reference: '1' }, () => null);
    expect(await once_()).toMatchObject({
      kind: 'unavailable',
      why: expect.stringContaining('limits the rate (429)') as string,
    });
    now = wait - 1;
    expect(await once_()).toMatchObject({
      kind: 'unavailable',
      why: expect.stringContaining('limits the rate') as string,
    });
    expect(count).toBe(1);
    now = wait + 1;
    await once_();
    expect(count).toBe(2);
    client.close();
  });
});

describe('TLS', () => {
  let scratch: string;
  let tls: { key: string; cert: string };
  beforeAll(() => {
    scratch = mkdtempSync('/tmp/bulkhead-tls-');
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
        '-subj',
        '/CN=fake',
        '-addext',
        'subjectAltName=IP:127.0.0.1',
        '-keyout',
        path.join(scratch, 'key.pem'),
        '-out',
        path.join(scratch, 'cert.pem'),
      ],
      { stdio: 'ignore' },
    );
    tls = {
      key: readFileSync(path.join(scratch, 'key.pem'), 'utf8'),
      cert: readFileSync(path.join(scratch, 'cert.pem'), 'utf8'),
    };
  });
  afterAll(() => {
    rmSync(scratch, { recursive: true });
  });
  const trusted = (host: string, cert: string) => {
    const directory = mkdtempSync(path.join(scratch, 'certs-'));
    mkdirSync(path.join(directory, host));
    writeFileSync(path.join(directory, host, 'ca.crt'), cert);
    return directory;
  };

  it('an authority in certs.d is taken for its host, and then checked', async () => {
    const host = await serve((_req, res) => {
      good(res);
    }, tls);
    expect(await resolve(host, { certificates: trusted(host, tls.cert) })).toMatchObject({ kind: 'served' });
    const wrong = execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
        '-subj',
        '/CN=other',
        '-keyout',
        '/dev/null',
      ],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    );
    expect(await resolve(host, { certificates: trusted(host, wrong) })).toMatchObject({
      kind: 'unavailable',
      why: expect.stringContaining('TLS') as string,
    });
  });

  it('an invalid certificate authority makes the registry unavailable', async () => {
    const host = await serve((_req, res) => {
      good(res);
    }, tls);
    expect(
      await resolve(host, {
        certificates: trusted(host, '-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n'),
      }),
    ).toMatchObject({ kind: 'unavailable' });
  });

  it.each(['registry.example:99999', 'registry.example:0', '[::ffff'])(
    'an invalid address makes the registry unavailable (%s)',
    async (domain) => {
      expect(await resolve(domain, { timeoutMs: 500 })).toMatchObject({ kind: 'unavailable' });
    },
  );

  it('a registry on this machine needs no certificate, over TLS or without', async () => {
    expect(
      await resolve(
        await serve((_req, res) => {
          good(res);
        }, tls),
      ),
    ).toMatchObject({ kind: 'served' });
    expect(
      await resolve(
        await serve((_req, res) => {
          good(res);
        }),
      ),
    ).toMatchObject({ kind: 'served' });
  });

  it.each(['tls', 'connect', 'timeout', 'dns'] as const)(
    'another host is never contacted without TLS, not even after a failure (%s)',
    async (cause) => {
      const urls: string[] = [];
      const exchange = (request: WebRequest): Promise<WebResponse> => {
        urls.push(`${request.url.href} ${request.tls.verify}`);
        return Promise.resolve({ ok: false, cause, why: 'it failed' });
      };
      expect(await resolve('registry.example', { exchange })).toMatchObject({
        kind: 'unavailable',
        why: 'registry.example: it failed',
      });
      expect(await resolve('docker.io', { exchange })).toMatchObject({ kind: 'unavailable' });
      expect(urls).toEqual([
        'https://registry.example/v2/team/tool/manifests/1 true',
        'https://registry-1.docker.io/v2/team/tool/manifests/1 true',
      ]);
    },
  );

  it('a host that daemon.json calls insecure is contacted without TLS, after TLS failed', async () => {
    const urls: string[] = [];
    const exchange = (request: WebRequest): Promise<WebResponse> => {
      urls.push(`${request.url.origin} ${request.tls.verify}`);
      return Promise.resolve({ ok: false, cause: 'tls', why: 'it failed' });
    };
    await resolve('registry.lan:5000', {
      exchange,
      facts: { mirrors: [], insecureHosts: ['registry.lan:5000'], insecureRanges: ['10.0.0.0/8'] },
    });
    await resolve('10.1.2.3', {
      exchange,
      facts: { mirrors: [], insecureHosts: [], insecureRanges: ['10.0.0.0/8', 'nonsense', '::1/128'] },
    });
    expect(urls).toEqual([
      'https://registry.lan:5000 false',
      'http://registry.lan:5000 false',
      'https://10.1.2.3 false',
      'http://10.1.2.3 false',
    ]);
  });
});

describe('proxies', () => {
  it('are used as the environment says, not for this machine', async () => {
    const connects: string[] = [];
    const proxy = await serve(() => undefined);
    servers[0]?.on('connect', (req, socket) => {
      connects.push(String(req.url));
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
    const web = createWeb({
      HTTPS_PROXY: `http://${proxy}`,
      HTTP_PROXY: `http://${proxy}`,
      NO_PROXY: 'direct.invalid',
    });
    const through = (domain: string) => resolve(domain, { exchange: (request) => web.exchange(request) });
    expect(await through('registry.invalid')).toMatchObject({ kind: 'unavailable' });
    expect(await through('direct.invalid')).toMatchObject({ kind: 'unavailable' });
    expect(
      await through(
        await serve((_req, res) => {
          good(res);
        }),
      ),
    ).toMatchObject({ kind: 'served' });
    web.close();
    expect(connects).toEqual(['registry.invalid:443']);
  });
});

describe('mirrors of Docker Hub', () => {
  it('are tried first, without credentials, and Docker Hub where they have none', async () => {
    const requests: string[] = [];
    const exchange = (request: WebRequest): Promise<WebResponse> => {
      requests.push(`${request.url.origin} ${request.headers['Authorization'] ?? '-'}`);
      if (request.url.host === 'mirror.example')
        return Promise.resolve({
          ok: true,
          status: 401,
          headers: { 'www-authenticate': 'Basic realm="x"' },
          body: Buffer.alloc(0),
        });
      if (request.headers['Authorization'] === undefined)
        return Promise.resolve({
          ok: true,
          status: 401,
          headers: { 'www-authenticate': 'Basic realm="x"' },
          body: Buffer.alloc(0),
        });
      return Promise.resolve({
        ok: true,
        status: 200,
        headers: { 'content-type': manifestType, 'docker-content-digest': digest },
        body: Buffer.alloc(0),
      });
    };
    expect(
      await resolve('docker.io', {
        exchange,
        credentials: password,
        facts: { ...none, mirrors: ['https://mirror.example/', 'nonsense'] },
      }),
    ).toMatchObject({ kind: 'served' });
    expect(requests).toEqual([
      'https://mirror.example -',
      'https://registry-1.docker.io -',
      `https://registry-1.docker.io ${basicUp}`,
    ]);
  });
});
