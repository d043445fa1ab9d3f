import { connect } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { sendRaw } from '../../tests/support/raw-http.ts';
import { ping, useScriptedGateway, type ScriptedGateway } from './connection-fixture.ts';

let gateway: ScriptedGateway;
useScriptedGateway((started) => {
  gateway = started;
});

describe('tunnels', () => {
  const attach = (more = 'Connection: Upgrade\r\nUpgrade: tcp\r\n') =>
    `POST /containers/x/attach?stream=1 HTTP/1.1\r\nHost: d\r\n${more}\r\n`;

  it('open after 101 only, carry early data, and pass FIN on in both directions', async () => {
    gateway.onEngineData = (socket, text) => {
      if (text.startsWith('POST'))
        socket.write('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n');
      if (text.endsWith('input'))
        socket.once('end', () => {
          socket.end('output');
        });
    };
    const socket = connect({ path: gateway.socket, allowHalfOpen: true });
    socket.write(`${attach()}in`);
    await once(socket, 'data');
    socket.end('put');
    let text = '';
    socket.on('data', (part: Buffer) => {
      text += part.toString();
    });
    // The script sees 'in' and 'put' as they come.
    gateway.onEngineData = (engineSocket) => {
      if (gateway.engineReceived.join('').endsWith('input'))
        engineSocket.once('end', () => {
          engineSocket.end('output');
        });
    };
    await once(socket, 'end');
    expect(text).toBe('output');
    expect(gateway.engineReceived.join('')).toMatch(/Connection: Upgrade\r\nUpgrade: tcp\r\n\r\ninput<FIN>$/);
  });

  it('open after a raw-stream 200 without Upgrade', async () => {
    gateway.onEngineData = (socket, text) => {
      if (text.startsWith('POST'))
        socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n');
      else socket.end(`got ${text}`);
    };
    const socket = connect(gateway.socket);
    socket.write(attach(''));
    await once(socket, 'data');
    socket.write(ping);
    const [response] = (await once(socket, 'data')) as [Buffer];
    expect(response.toString()).toBe(`got ${ping}`);
  });

  it('do not open on other endpoints or for another protocol: Upgrade is dropped', async () => {
    for (const text of [
      'POST /containers/create HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n',
      attach('Connection: Upgrade\r\nUpgrade: h2c\r\n'),
    ]) {
      gateway.engineReceived = [];
      await sendRaw(gateway.socket, text, /pong$/);
      expect(gateway.engineReceived[0]).not.toMatch(/upgrade/i);
    }
  });

  it.each(['/session', '/grpc'])('on %s: the engine refuses another protocol', async (path) => {
    await sendRaw(gateway.socket, `POST ${path} HTTP/1.1\r\nHost: d\r\nUpgrade: foo\r\n\r\n`, /pong$/);
    expect(gateway.engineReceived[0]).toMatch(/Connection: Upgrade\r\nUpgrade: foo\r\n\r\n$/);
  });

  it('an unrequested 101, or a raw stream elsewhere, is no tunnel', async () => {
    gateway.onEngineData = (socket) => {
      socket.write('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n');
    };
    expect((await sendRaw(gateway.socket, ping)).text).toBe('');
    const received: string[] = [];
    gateway.decide = (request) => {
      received.push(request.target.path);
      return { kind: 'forward' };
    };
    gateway.onEngineData = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\nx');
    };
    gateway.engineReceived = [];
    const socket = connect(gateway.socket);
    socket.write(`${ping}GET /second HTTP/1.1\r\nHost: d\r\n\r\n`);
    await once(socket, 'data');
    expect(gateway.engineReceived.filter((part) => part !== '<FIN>')).toEqual([ping]);
    expect(received).toEqual(['/_ping']);
    socket.destroy();
  });

  it('a refused attach is followed by decided requests, not by a tunnel', async () => {
    gateway.onEngineData = (socket, text) => {
      socket.write(
        text.startsWith('POST')
          ? 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'
          : 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npong',
      );
    };
    const received: string[] = [];
    gateway.decide = (request) => {
      received.push(request.target.path);
      return { kind: 'forward' };
    };
    await sendRaw(gateway.socket, `${attach()}${ping}`, /pong$/);
    expect(received).toEqual(['/containers/x/attach', '/_ping']);
  });

  it('a refusal in the stream: 101, the error in a frame, the end; the engine gets nothing', async () => {
    gateway.decide = () => ({ kind: 'refuse', status: 403, message: 'no', inStream: true });
    const attach =
      'POST /containers/c/attach HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n';
    const response = await sendRaw(gateway.socket, `${attach}${ping}`);
    expect(response.head).toMatch(/^HTTP\/1\.1 101 /);
    expect(response.body).toBe('\u0003\0\0\0\0\0\0\u0002no');
    // No switch was requested: a plain response.
    expect(
      (
        await sendRaw(
          gateway.socket,
          'POST /containers/c/attach HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n',
        )
      ).status,
    ).toBe(403);
    expect(gateway.engineReceived).toEqual([]);
  });

  it('apply backpressure while the receiver does not read', async () => {
    gateway.onEngineData = (socket, text) => {
      if (text.startsWith('POST')) {
        socket.write('HTTP/1.1 101 UPGRADED\r\n\r\n');
        socket.pause();
      }
    };
    const socket = connect(gateway.socket);
    socket.write(attach());
    await once(socket, 'data');
    let accepted = 0;
    const part = Buffer.alloc(256 * 1024);
    // Far more than all the buffers of two sockets together; a gateway that kept it would take it all.
    await new Promise<void>((resolve) => {
      let quiet: NodeJS.Immediate;
      let idle = 0;
      const pump = () => {
        while (accepted < 64 * 1024 * 1024 && socket.write(part)) accepted += part.length;
      };
      const watch = () => {
        if (socket.writableNeedDrain) idle++;
        else {
          idle = 0;
          pump();
        }
        if (idle > 20_000) resolve();
        else quiet = setImmediate(watch);
      };
      pump();
      quiet = setImmediate(watch);
      void quiet;
    });
    expect(accepted).toBeLessThan(16 * 1024 * 1024);
    socket.destroy();
  });
});

describe('upgraded connections', () => {
  const session = 'POST /session HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n';

  it('start after 101, with early bytes of both sides, and are closed with the gateway', async () => {
    gateway.onEngineData = (socket, text) => {
      if (text.startsWith('POST'))
        socket.write('HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\n\r\nearly engine,');
      else socket.write(`engine received ${text};`);
    };
    const acquired: string[] = [];
    gateway.decide = () => ({
      kind: 'forward',
      upgradeHandler: (client, up) => {
        client.on('data', (part: Buffer) => {
          acquired.push(`client:${part.toString()}`);
          up.write(part.toString().toUpperCase());
        });
        up.on('data', (part: Buffer) => {
          acquired.push(`engine:${part.toString()}`);
          client.write(part);
        });
        client.resume();
        up.resume();
        return { retire: () => undefined };
      },
    });
    const socket = connect(gateway.socket);
    socket.write(`${session}early client`);
    let text = '';
    await new Promise<void>((resolve) =>
      socket.on('data', (part: Buffer) => {
        text += part.toString();
        if (text.endsWith(';')) resolve();
      }),
    );
    expect(text).toBe(
      'HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\n\r\nearly engine,engine received EARLY CLIENT;',
    );
    expect(acquired.slice(0, 2).sort()).toEqual(['client:early client', 'engine:early engine,']);
    expect(gateway.connections.size).toBe(1);
    const closed = once(socket, 'close');
    for (const one of gateway.connections) one.close();
    await closed;
    expect(gateway.connections.size).toBe(0);
  });

  it('end when both sides have ended', async () => {
    gateway.onEngineData = (socket) => {
      socket.write('HTTP/1.1 101 Switching\r\n\r\n');
    };
    gateway.decide = () => ({
      kind: 'forward',
      upgradeHandler: (client, up) => {
        client.pipe(up);
        up.pipe(client);
        return { retire: () => undefined };
      },
    });
    const socket = connect({ path: gateway.socket, allowHalfOpen: true });
    socket.write(session);
    await once(socket, 'data');
    gateway.engine.once('connection', () => undefined);
    socket.end();
    // The script's engine does not respond to the FIN: the connection stays half open.
    await new Promise((resolve) => {
      const check = () => {
        if (gateway.engineReceived.includes('<FIN>')) resolve(null);
        else setImmediate(check);
      };
      check();
    });
    expect(gateway.connections.size).toBe(1);
    socket.destroy();
  });

  it('are retired and drained by what has taken them over, also if they start later', async () => {
    gateway.onEngineData = (socket) => {
      socket.write('HTTP/1.1 101 Switching\r\n\r\n');
    };
    let retired = 0;
    gateway.decide = () => ({
      kind: 'forward',
      upgradeHandler: () => ({
        retire: () => {
          retired++;
        },
      }),
    });
    const first = connect(gateway.socket);
    const second = connect(gateway.socket);
    await expect.poll(() => gateway.connections.size).toBe(2);
    first.write(session);
    await once(first, 'data');
    expect(retired).toBe(0);
    for (const one of gateway.connections) one.retire();
    expect(retired).toBe(1);
    second.write(session);
    await once(second, 'data');
    expect(retired).toBe(2);
    for (const one of gateway.connections) one.drain();
    expect(retired).toBe(4);
    for (const socket of [first, second]) socket.destroy();
  });

  it('not when the engine refuses to switch', async () => {
    gateway.decide = () => ({
      kind: 'forward',
      upgradeHandler: () => {
        throw new Error('must not happen');
      },
    });
    expect((await sendRaw(gateway.socket, session, /pong$/)).text).toMatch(/200 OK[\s\S]*pong$/);
  });
});
