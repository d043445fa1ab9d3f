import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { startGuardedEngine, type GuardedEngine } from '../support/guarded-engine.ts';
import { sendRaw, type RawResponse } from '../support/raw-http.ts';

let guarded: GuardedEngine;
beforeAll(async () => {
  guarded = await startGuardedEngine();
  const made = await guarded.sh(
    'docker run -d --name db busybox sleep 1000 && ' +
      'docker run -d --name web --link db:data busybox sleep 1000',
  );
  expect(made).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await guarded?.stop();
});

/** The engine's response, and the gateway's. */
const both = (line: string, fields = ''): Promise<RawResponse[]> =>
  Promise.all(
    [guarded.engine.socket, guarded.socket].map((socket) =>
      sendRaw(socket, `${line} HTTP/1.1\r\nHost: d\r\nConnection: close\r\n${fields}\r\n`),
    ),
  );

/** Without the framing of a chunked body; lists sorted, since the engine's order changes. */
function content(answer: RawResponse | undefined): string | undefined {
  const text = answer?.body.replaceAll(/(?:^|\r\n)[0-9a-f]+\r\n/g, '').trim();
  if (text?.startsWith('[') !== true) return text;
  return z
    .array(z.unknown())
    .parse(JSON.parse(text))
    .map((item) => JSON.stringify(item))
    .sort()
    .join('\n');
}

describe('A1: targets that few clients send', () => {
  it.each([
    'GET /v1.45/networks/',
    'OPTIONS /',
    'OPTIONS /v1.45/containers/json',
    'HEAD /_ping',
    'GET /v1.45/containers/json?all=0&all=1',
    'GET /v1.45/containers/json?all=1&all=0',
    'GET /v1.45/containers/json?all=1&',
    'GET /v1.45/containers/json?&all=1&&',
    'GET /v1.45/containers/json?&',
    'GET /v1.45/containers/web/data/json',
    'GET /v1.45/containers/web/nothing/json',
    // Of the columns that it has by default, the use of the processor changes from one request to the next.
    'GET /v1.45/containers/web/data/top?ps_args=-eo%20pid,comm',
    'POST /v1.45/containers/web/data/rename?name=..',
  ])('%s: as the engine', async (line) => {
    const [engine, gateway] = await both(line);
    expect(gateway?.status).toBe(engine?.status);
    expect(content(gateway)).toBe(content(engine));
  });

  it.each([
    ['all=1;size=1', 'invalid semicolon separator in query'],
    ['all=%zz', 'invalid URL escape "%zz"'],
  ])('GET /containers/json?%s: refused like by the engine', async (query, why) => {
    for (const response of await both(`GET /v1.45/containers/json?${query}`)) {
      expect(response.status).toBe(400);
      expect(response.body).toContain(JSON.stringify(why).slice(1, -1));
    }
  });

  it('docker exec and rm --link by the name of a link', async () => {
    expect(await guarded.sh('docker exec web/data echo in db')).toMatchObject({ code: 0, stdout: 'in db\n' });
    expect(await guarded.sh('docker rm --link web/data')).toMatchObject({ code: 0 });
    expect(await guarded.sh('docker inspect web -f "{{.HostConfig.Links}}"')).toMatchObject({
      stdout: '[]\n',
    });
  });

  it('attach with Upgrade, but without Connection: Upgrade, switches', async () => {
    const request =
      'POST /v1.45/containers/db/attach?stream=1&stdout=1 HTTP/1.1\r\nHost: d\r\nUpgrade: tcp\r\n\r\n';
    for (const socket of [guarded.engine.socket, guarded.socket])
      expect(await sendRaw(socket, request, /\r\n\r\n/)).toMatchObject({ status: 101 });
  });

  it.each(['/session', '/grpc'])('POST %s with another protocol: refused as by the engine', async (path) => {
    const [engine, gateway] = await both(`POST /v1.45${path}`, 'Upgrade: foo\r\n');
    expect(content(engine)).toContain('protocol foo not supported');
    expect(content(gateway)).toBe(content(engine));
    expect(gateway?.status).toBe(engine?.status);
  });

  it('publishes every port of a protocol: docker create -p 1-65535:1-65535', async () => {
    expect(await guarded.sh('docker create --name ports -p 1-65535:1-65535 busybox true')).toMatchObject({
      code: 0,
    });
    expect(
      await guarded.sh('docker inspect ports -f "{{len .HostConfig.PortBindings}}"; docker rm ports'),
    ).toMatchObject({ stdout: '65535\nports\n' });
  });
});
