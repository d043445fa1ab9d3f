import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { parseChallenges } from './registry-auth.ts';
import type { WebRequest } from './registry-http.ts';
import {
  basicUp,
  clientFor,
  good,
  password,
  resolve,
  send,
  serve,
  useRegistries,
} from './registry-client-fixture.ts';

useRegistries();

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
