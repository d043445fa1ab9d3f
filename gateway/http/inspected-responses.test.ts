import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { sendRaw } from '../../tests/support/raw-http.ts';
import { ResponseReplacedError, type Gatekeeper } from './exchange.ts';
import { last, ping, useScriptedGateway, type ScriptedGateway } from './connection-fixture.ts';

let gateway: ScriptedGateway;
useScriptedGateway((started) => {
  gateway = started;
});

describe('inspected responses', () => {
  const inspected =
    (
      inspect: (body: string, status: number) => Buffer | null | Promise<Buffer | null>,
      limit = 100,
    ): Gatekeeper =>
    () => ({
      kind: 'forward',
      response: { limit, transformResponse: (head, body) => inspect(body.toString(), head.status) },
    });

  it.each([
    [
      'with a length',
      'HTTP/1.1 201 Created\r\nApi-Version: 1.45\r\nContent-Length: 4\r\nServer: x\r\n\r\npong',
    ],
    [
      'chunked',
      'HTTP/1.1 201 Created\r\nApi-Version: 1.45\r\nTransfer-Encoding: chunked\r\nServer: x\r\n\r\n' +
        '2\r\npo\r\n2\r\nng\r\n0\r\n\r\n',
    ],
    [
      'after an interim one',
      'HTTP/1.1 201 Created\r\nApi-Version: 1.45\r\nContent-Length: 4\r\nServer: x\r\n\r\npong',
    ],
  ])('%s: the body is replaced under a length of its own, everything else stays', async (name, text) => {
    gateway.onEngineData = (socket) => {
      if (name.startsWith('after')) socket.write('HTTP/1.1 103 Early Hints\r\n\r\n');
      for (const byte of text) socket.write(byte);
    };
    gateway.decide = inspected((body, status) => Buffer.from(`${status}:${body}:é`));
    const response = await sendRaw(gateway.socket, `${ping}${ping}`, /(201:pong[\s\S]*){2}/);
    const one =
      `${name.startsWith('after') ? 'HTTP/1.1 103 Early Hints\r\n\r\n' : ''}HTTP/1.1 201 Created\r\n` +
      'Api-Version: 1.45\r\nServer: x\r\nContent-Length: 11\r\n\r\n' +
      `${Buffer.from('201:pong:é').toString('latin1')}`;
    expect(response.text).toBe(`${one}${one}`);
  });

  it('are inspected also where the client disconnected before the engine responded', async () => {
    const inspectedBodies: string[] = [];
    const engineConnected = new Promise<Socket>((resolve) => {
      gateway.onEngineData = resolve;
    });
    gateway.decide = inspected((body) => {
      inspectedBodies.push(body);
      return null;
    });
    const client = connect(gateway.socket);
    client.write(ping);
    const engineSocket = await engineConnected;
    client.destroy();
    await once(client, 'close');
    engineSocket.write('HTTP/1.1 201 Created\r\nContent-Length: 4\r\n\r\npong');
    await expect.poll(() => inspectedBodies).toEqual(['pong']);
  });

  it('are replaced by a refusal when the inspection denies them, and the connection continues', async () => {
    gateway.onEngineData = (socket) => {
      socket.write('HTTP/1.1 201 Created\r\nContent-Length: 4\r\n\r\npong');
    };
    gateway.decide = inspected(() =>
      Promise.reject(new ResponseReplacedError(403, 'enhanced container isolation: not that')),
    );
    const response = await sendRaw(gateway.socket, `${ping}${ping}`, /(not that[\s\S]*){2}/);
    expect(response.status).toBe(403);
    expect(response.text).not.toContain('pong');
  });

  it('that end with the connection get a length; null leaves the body; promises are awaited', async () => {
    gateway.onEngineData = (socket) => {
      socket.end('HTTP/1.1 200 OK\r\n\r\nall of it');
    };
    gateway.decide = inspected(() => new Promise((resolve) => setImmediate(resolve, null)));
    expect((await sendRaw(gateway.socket, `${ping}${ping}`, /(all of it[\s\S]*){2}/)).text).toBe(
      'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nall of it'.repeat(2),
    );
  });

  it('are requested uncompressed, also where the client accepts compression; others are not', async () => {
    const requestText =
      'GET /_ping HTTP/1.1\r\nHost: d\r\nAccept-Encoding: gzip, deflate\r\nAccept: */*\r\n\r\n';
    const heads: string[] = [];
    gateway.onEngineData = (socket, text) => {
      heads.push(text);
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npong');
    };
    gateway.decide = inspected(() => null);
    await sendRaw(gateway.socket, requestText, /pong/);
    gateway.decide = () => ({ kind: 'forward' });
    await sendRaw(gateway.socket, requestText, /pong/);
    expect(heads).toEqual([requestText.replace('Accept-Encoding: gzip, deflate\r\n', ''), requestText]);
  });

  it('without a body are unchanged', async () => {
    gateway.decide = inspected(() => Buffer.from('never'));
    gateway.onEngineData = (socket) => {
      socket.write('HTTP/1.1 204 No Content\r\nX: y\r\n\r\n');
    };
    expect((await sendRaw(gateway.socket, last, /\r\n\r\n/)).text).toBe(
      'HTTP/1.1 204 No Content\r\nX: y\r\n\r\n',
    );
    gateway.onEngineData = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n');
    };
    expect((await sendRaw(gateway.socket, last.replace('GET', 'HEAD'), /\r\n\r\n/)).text).toBe(
      'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n',
    );
  });

  it.each([
    [
      'longer than the limit',
      'HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n' + 'x'.repeat(200),
      /longer than the 100 bytes/,
    ],
    ['cut short', 'HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\nxyz', /cut short/],
    ['cut short in a chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab', /cut short/],
    ['compressed', 'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nxyz', /compressed/],
  ])('%s become a 502, and the connection continues', async (_, text, why) => {
    gateway.onEngineData = (socket) => {
      socket.end(text);
    };
    gateway.decide = inspected(() => null);
    const response = await sendRaw(gateway.socket, `${ping}${last}`, /502[\s\S]*502[\s\S]*\n$/);
    expect(response.text).toMatch(why);
    expect(response.text).not.toContain('xyz');
  });

  it('become a 502 when the inspection fails, at once or later', async () => {
    for (const inspect of [
      () => {
        throw new Error('boom');
      },
      () => Promise.reject(new Error('boom')),
    ]) {
      gateway.decide = inspected(inspect);
      expect((await sendRaw(gateway.socket, last)).text).toMatch(
        /^HTTP\/1\.1 502[\s\S]*could not be inspected/,
      );
    }
  });
});
