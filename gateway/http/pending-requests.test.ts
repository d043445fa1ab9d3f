import { connect } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sendRaw } from '../../tests/support/raw-http.ts';
import type { Verdict } from './exchange.ts';
import { last, ping, useScriptedGateway, type ScriptedGateway } from './connection-fixture.ts';

let gateway: ScriptedGateway;
useScriptedGateway((started) => {
  gateway = started;
});

describe('a request whose body is not complete', () => {
  afterEach(() => {
    vi.useRealTimers();
  });
  const head = 'POST /containers/create HTTP/1.1\r\nHost: d\r\nContent-Length: 2\r\n\r\n';
  let decided = 0;
  beforeEach(() => {
    decided = 0;
    gateway.decide = () => ({
      kind: 'read-body',
      limit: 100,
      decide: () => {
        decided++;
        return { kind: 'forward' };
      },
    });
  });
  /** The connection of a client that has sent half of the body, and what it has received. */
  const begun = async () => {
    const client = connect(gateway.socket);
    const received: string[] = [];
    client.on('data', (part: Buffer) => received.push(part.toString()));
    client.write(`${head}{`);
    await expect.poll(() => [...gateway.connections].some(({ idle }) => !idle)).toBe(true);
    return { client, received };
  };

  it('is decided after the gateway was replaced, and refused once its connections are drained', async () => {
    const first = await begun();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    for (const one of gateway.connections) one.retire();
    vi.advanceTimersByTime(20_000);
    vi.useRealTimers();
    first.client.write('}');
    await expect.poll(() => first.received.join('')).toContain('pong');
    first.client.destroy();
    await expect.poll(() => gateway.connections.size).toBe(0);

    const second = await begun();
    for (const one of gateway.connections) one.retire();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    for (const one of gateway.connections) one.drain();
    vi.advanceTimersByTime(15_000);
    vi.useRealTimers();
    await expect.poll(() => second.received.join('')).toMatch(/^HTTP\/1\.1 408 [^]*within 15 s/);
    second.client.end('}');
    await expect.poll(() => gateway.connections.size).toBe(0);
    expect(decided).toBe(1);
  });

  it('is refused likewise where its head was not complete either', async () => {
    const client = connect(gateway.socket);
    const received: string[] = [];
    client.on('data', (part: Buffer) => received.push(part.toString()));
    client.write(head.slice(0, 20));
    await expect.poll(() => [...gateway.connections].some(({ idle }) => !idle)).toBe(true);
    for (const one of gateway.connections) one.retire();
    for (const one of gateway.connections) one.drain();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    client.write(head.slice(20));
    await expect.poll(() => vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(15_000);
    vi.useRealTimers();
    await expect.poll(() => received.join('')).toMatch(/^HTTP\/1\.1 408 [^]*within 15 s/);
    expect(decided).toBe(0);
    client.destroy();
  });

  it('is decided while a gateway that was not replaced ends', async () => {
    const { client, received } = await begun();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    for (const one of gateway.connections) one.drain();
    vi.advanceTimersByTime(20_000);
    vi.useRealTimers();
    client.write('}');
    await expect.poll(() => received.join('')).toContain('pong');
    client.destroy();
  });
});

describe('a client that disconnects while its request is decided', () => {
  /** Decides when a test says so; resolves with the signal of the request under way. */
  function deciding(): { signal: Promise<AbortSignal>; verdict: (verdict: Verdict) => void } {
    let verdict: (verdict: Verdict) => void = () => undefined;
    const decided = new Promise<Verdict>((resolve) => {
      verdict = resolve;
    });
    const signal = new Promise<AbortSignal>((resolve, reject) => {
      gateway.decide = (request) => {
        if (request.clientGone === undefined) reject(new Error('nobody can tell'));
        else resolve(request.clientGone());
        return decided;
      };
    });
    return {
      signal,
      verdict: (one) => {
        verdict(one);
      },
    };
  }
  const client = (bytes: string) => {
    const socket = connect({ path: gateway.socket, allowHalfOpen: true });
    socket.on('error', () => undefined);
    socket.write(bytes);
    return socket;
  };

  it('aborts its pending work', async () => {
    const { signal } = deciding();
    const socket = client(ping);
    const aborted = await signal;
    expect(aborted.aborted).toBe(false);
    socket.destroy();
    await once(aborted, 'abort');
    expect(gateway.connections.size).toBe(0);
  });

  it('aborts its pending work even when it has sent far more than was read', async () => {
    const { signal } = deciding();
    const socket = client(`${ping}${'x'.repeat(1024 * 1024)}`);
    const aborted = await signal;
    socket.destroy();
    await once(aborted, 'abort');
  });

  it('responds to one that has only stopped sending', async () => {
    const { signal, verdict } = deciding();
    const socket = client(last);
    socket.end();
    await signal;
    verdict({ kind: 'forward' });
    let text = '';
    socket.on('data', (part: Buffer) => {
      text += part.toString();
    });
    await once(socket, 'end');
    expect(text).toMatch(/pong$/);
    socket.destroy();
  });

  it('reads a long body in its turn, and releases the turn when the client disconnects', async () => {
    const turns: string[] = [];
    let begin: () => void = () => undefined;
    const turn = new Promise<void>((resolve) => {
      begin = resolve;
    });
    let ended: () => void = () => undefined;
    const over = new Promise<void>((resolve) => {
      ended = resolve;
    });
    gateway.decide = () => ({
      kind: 'read-body',
      limit: 1000,
      decide: (body) => {
        turns.push(`decided ${body.length}`);
        return new Promise(() => undefined);
      },
      turn: {
        over: 10,
        take: async () => {
          turns.push('acquired');
          await turn;
          return {
            received: () => {
              turns.push('received');
            },
            end: () => {
              turns.push('over');
              ended();
            },
          };
        },
      },
    });
    const socket = client(
      `POST /containers/create HTTP/1.1\r\nHost: d\r\nContent-Length: 20\r\n\r\n${'x'.repeat(20)}`,
    );
    await once(socket, 'connect');
    begin();
    while (turns.length < 3)
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    expect(turns).toEqual(['acquired', 'received', 'decided 20']);
    for (const one of gateway.connections) one.close();
    await over;
    expect(turns).toEqual(['acquired', 'received', 'decided 20', 'over']);
  });

  it('aborts a long body that arrives too slowly, with the reason', async () => {
    let displace: () => void = () => undefined;
    let ended = false;
    let decisions: () => void = () => undefined;
    const acquired = new Promise<void>((resolve) => {
      decisions = resolve;
    });
    gateway.decide = () => ({
      kind: 'read-body',
      limit: 1000,
      decide: () => ({ kind: 'forward' }),
      turn: {
        over: 10,
        take: (displaced) => {
          displace = displaced;
          decisions();
          return Promise.resolve({
            received: () => undefined,
            end: () => {
              ended = true;
            },
          });
        },
      },
    });
    const socket = client(
      'POST /containers/create HTTP/1.1\r\nHost: d\r\nContent-Length: 20\r\nExpect: 100-continue\r\n\r\n',
    );
    await acquired;
    const [first] = (await once(socket, 'data')) as [Buffer];
    expect(first.toString()).toMatch(/^HTTP\/1.1 100 /);
    displace();
    const [response] = (await once(socket, 'data')) as [Buffer];
    expect(response.toString()).toMatch(/^HTTP\/1.1 408 [^]*lost its turn/);
    expect([ended, gateway.engineReceived]).toEqual([true, []]);
  });

  it('assembles a body that arrives byte by byte', async () => {
    let received = '';
    gateway.decide = () => ({
      kind: 'read-body',
      limit: 1000,
      decide: (body) => {
        received = body.toString();
        return { kind: 'refuse', status: 403, message: 'seen' };
      },
    });
    const text = 'a body in chunks of one byte';
    const chunks = [...text].map((one) => `1\r\n${one}\r\n`).join('');
    const response = await sendRaw(
      gateway.socket,
      `POST /containers/create HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`,
      /seen/,
    );
    expect(response.text).toContain('403');
    expect(received).toBe(text);
  });
});
