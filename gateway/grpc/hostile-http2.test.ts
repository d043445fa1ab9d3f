import { connect as connectNet, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { control, frame, useGrpcProxy, type GrpcProxy } from './proxy-fixture.ts';

let proxy: GrpcProxy;
useGrpcProxy((started) => {
  proxy = started;
});

describe('hostile HTTP/2', () => {
  const literal = (name: string, value: string) =>
    Buffer.concat([
      Buffer.from([0, name.length]),
      Buffer.from(name),
      Buffer.from([value.length]),
      Buffer.from(value),
    ]);
  const frameOf = (type: number, flags: number, stream: number, payload: Buffer) => {
    const head = Buffer.alloc(9);
    head.writeUIntBE(payload.length, 0, 3);
    head[3] = type;
    head[4] = flags;
    head.writeUInt32BE(stream, 5);
    return Buffer.concat([head, payload]);
  };
  const hello = Buffer.concat([
    Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
    frameOf(4, 0, 0, Buffer.alloc(0)),
  ]);
  const head = (...more: Buffer[]) =>
    Buffer.concat([
      literal(':method', 'POST'),
      literal(':scheme', 'http'),
      literal(':path', `${control}Info`),
      literal(':authority', 'x'),
      ...more,
    ]);
  /** Sends bytes and a FIN, waits until the gateway has hung up. */
  const sendHttp2 = async (bytes: Buffer) => {
    const socket = connectNet((proxy.gateway.address() as AddressInfo).port, '127.0.0.1');
    proxy.sockets.push(socket);
    socket.on('error', () => undefined);
    socket.resume();
    await new Promise<void>((resolve) => {
      socket.write(bytes, () => {
        resolve();
      });
    });
    socket.end();
    await once(socket, 'close');
  };
  const alive = async () => {
    proxy.echo();
    expect((await proxy.call(`${control}Info`, frame(Buffer.from(''))).result).trailers['grpc-status']).toBe(
      '0',
    );
  };

  it('a field that occurs once occurs once at the engine', async () => {
    const arrived = new Promise<readonly string[]>((resolve) => {
      proxy.serve = (stream, _headers, raw) => {
        stream.respond({ ':status': 200 }, { endStream: true });
        resolve(raw);
      };
    });
    const block = head(
      literal('content-type', 'application/grpc'),
      literal('content-type', 'application/grpc+other'),
      literal('te', 'trailers'),
      literal('user-agent', 'a'),
      literal('user-agent', 'b'),
      literal('traceparent', 'a'),
      literal('traceparent', 'b'),
    );
    const socket = connectNet((proxy.gateway.address() as AddressInfo).port, '127.0.0.1');
    proxy.sockets.push(socket);
    socket.write(Buffer.concat([hello, frameOf(1, 5, 1, block)]));
    const raw = await arrived;
    const names = raw.filter((_, i) => i % 2 === 0);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
    expect(raw.slice(names.indexOf('content-type') * 2).slice(0, 2)).toEqual([
      'content-type',
      'application/grpc',
    ]);
    socket.destroy();
    await alive();
  });

  it('garbage, half a head, floods of resets and pings end that connection only', async () => {
    await sendHttp2(Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'));
    await sendHttp2(Buffer.concat([hello, Buffer.alloc(5000, 0xff)]));
    await sendHttp2(Buffer.concat([hello, frameOf(1, 0, 1, head().subarray(0, 20))]));
    const grpc = head(literal('content-type', 'application/grpc'));
    proxy.serve = (stream) => {
      stream.respond({ ':status': 200 });
    };
    await sendHttp2(
      Buffer.concat([
        hello,
        ...Array.from({ length: 2000 }, (_, i) =>
          Buffer.concat([
            frameOf(1, 4, 2 * i + 1, grpc),
            frameOf(3, 0, 2 * i + 1, Buffer.from([0, 0, 0, 8])),
          ]),
        ),
      ]),
    );
    await sendHttp2(
      Buffer.concat([hello, ...Array.from({ length: 5000 }, () => frameOf(6, 0, 0, Buffer.alloc(8)))]),
    );
    await alive();
  });
});
