import { connect } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { sendRaw } from '../../tests/support/raw-http.ts';
import type { GatewayRequest } from './exchange.ts';
import { last, ping, useScriptedGateway, type ScriptedGateway } from './connection-fixture.ts';

let gateway: ScriptedGateway;
useScriptedGateway((started) => {
  gateway = started;
});

describe('relaying', () => {
  it('decides every request of a connection, and writes each head itself', async () => {
    const received: string[] = [];
    gateway.decide = (request: GatewayRequest) => {
      received.push(request.target.path);
      return { kind: 'forward' };
    };
    const response = await sendRaw(
      gateway.socket,
      `${ping}GET /version HTTP/1.1\r\nhost: d\r\nX-A:  b \r\n\r\n`,
      /pong[\s\S]*pong$/,
    );
    expect(response.text).toMatch(/^(HTTP\/1\.1 200 OK\r\nContent-Length: 4\r\n\r\npong){2}$/);
    expect(received).toEqual(['/_ping', '/version']);
    expect(gateway.engineReceived).toEqual([ping, 'GET /version HTTP/1.1\r\nHost: d\r\nX-A: b\r\n\r\n']);
  });

  it('sends nothing of a refused request or its body to the engine', async () => {
    gateway.decide = (request) =>
      request.head.method === 'POST' ? { kind: 'refuse', status: 403, message: 'no' } : { kind: 'forward' };
    const hidden = 'GET /hidden HTTP/1.1\r\nHost: d\r\n\r\n';
    const response = await sendRaw(
      gateway.socket,
      `POST /x HTTP/1.1\r\nHost: d\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`,
    );
    expect(response.status).toBe(403);
    expect(gateway.engineReceived).toEqual([]);
  });

  it('decides no further requests of a client that does not read responses', async () => {
    const count = 20_000;
    let decided = 0;
    gateway.decide = () => {
      decided++;
      return { kind: 'refuse', status: 403, message: 'no' };
    };
    const client = connect(gateway.socket);
    client.on('error', () => undefined);
    client.pause();
    client.write(ping.repeat(count));
    // It goes on for as long as others get a turn in between, or has stopped.
    for (let before = -1; before !== decided || decided === 0;) {
      before = decided;
      await sendRaw(gateway.socket, ping, /no/);
      decided--;
    }
    expect(decided).toBeLessThan(count / 2);
    let responses = 0;
    client.on('data', (part: Buffer) => {
      responses += part.toString('latin1').split('HTTP/1.1 403').length - 1;
    });
    client.resume();
    await expect.poll(() => decided).toBe(count);
    client.destroy();
    expect(responses).toBeGreaterThan(count / 2);
  });

  it('forwards a read body with a length of its own, and the next request after it', async () => {
    gateway.decide = (request) =>
      request.head.method === 'POST'
        ? {
            kind: 'read-body',
            limit: 100,
            decide: (body) =>
              Promise.resolve({ kind: 'forward', body: Buffer.from(body.toString().toUpperCase()) }),
          }
        : { kind: 'forward' };
    await sendRaw(
      gateway.socket,
      'POST /x HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n' +
        `0\r\n\r\n${ping}`,
      /pong[\s\S]*pong$/,
    );
    expect(gateway.engineReceived).toEqual([
      'POST /x HTTP/1.1\r\nHost: d\r\nContent-Length: 5\r\n\r\nABCDE',
      ping,
    ]);
  });

  it('refuses bodies over the limit, counted or chunked', async () => {
    gateway.decide = () => ({ kind: 'read-body', limit: 4, decide: () => ({ kind: 'forward' }) });
    expect(
      (await sendRaw(gateway.socket, 'POST /x HTTP/1.1\r\nHost: d\r\nContent-Length: 5\r\n\r\nabcde')).status,
    ).toBe(413);
    expect(
      (
        await sendRaw(
          gateway.socket,
          'POST /x HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n',
          /allowed here/,
        )
      ).status,
    ).toBe(413);
    expect(gateway.engineReceived).toEqual([]);
  });

  it('responds to Expect: 100-continue itself, only after the decision', async () => {
    const socket = connect(gateway.socket);
    socket.write('POST /x HTTP/1.1\r\nHost: d\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n');
    const [first] = (await once(socket, 'data')) as [Buffer];
    expect(first.toString()).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    socket.write('abc');
    const [second] = (await once(socket, 'data')) as [Buffer];
    expect(second.toString()).toContain('200 OK');
    expect(gateway.engineReceived.join('')).toBe(
      'POST /x HTTP/1.1\r\nHost: d\r\nContent-Length: 3\r\n\r\nabc',
    );
    socket.destroy();
    gateway.decide = () => ({ kind: 'refuse', status: 403, message: 'no' });
    expect(
      (
        await sendRaw(
          gateway.socket,
          'POST /x HTTP/1.1\r\nHost: d\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n',
        )
      ).text,
    ).toMatch(/^HTTP\/1\.1 403/);
  });

  it('relays a response that arrives in pieces', async () => {
    gateway.onEngineData = (socket) => {
      const pieces = [
        'HTTP/1.1 2',
        '00 OK\r\nTransfer-Encoding: chu',
        'nked\r\n\r\n3\r',
        '\nabc\r\n0\r\n',
        '\r\n',
      ];
      const send = () => {
        const piece = pieces.shift();
        if (piece !== undefined) socket.write(piece, () => setImmediate(send));
      };
      send();
    };
    expect((await sendRaw(gateway.socket, last)).text).toBe(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
    );
  });

  it("ends the client's connection when a response is truncated or has no end of its own", async () => {
    gateway.onEngineData = (socket) => {
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc');
    };
    expect((await sendRaw(gateway.socket, ping)).text).toMatch(/\r\n\r\nabc$/);
    gateway.onEngineData = (socket) => {
      socket.end('HTTP/1.1 200 OK\r\n\r\nall of it');
    };
    expect((await sendRaw(gateway.socket, ping)).text).toMatch(/all of it$/);
  });

  it('responds with 503 when the engine sends no response, and reconnects for the next request', async () => {
    let times = 0;
    gateway.onEngineData = (socket) => {
      if (times++ === 0) socket.destroy();
      else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npong');
    };
    const response = await sendRaw(gateway.socket, `${ping}${last}`, /pong$/);
    expect(response.text).toMatch(/^HTTP\/1\.1 503[\s\S]*engine closed[\s\S]*200 OK/);
  });

  it('closes the connection when the engine sends more than its response', async () => {
    gateway.onEngineData = (socket) => {
      socket.write(
        'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npongHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
      );
    };
    expect((await sendRaw(gateway.socket, ping)).text).not.toMatch(/pongHTTP/);
  });
});
