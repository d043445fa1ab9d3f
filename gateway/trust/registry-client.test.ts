import type { RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createWeb, type WebResponse, type WebRequest } from './registry-http.ts';
import {
  basicUp,
  clientFor,
  digest,
  digestOf,
  good,
  index,
  indexType,
  manifest,
  manifestType,
  none,
  password,
  resolve,
  send,
  servers,
  serve,
  useRegistries,
} from './registry-client-fixture.ts';

useRegistries();

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
