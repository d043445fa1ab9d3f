import { frame } from '../../../shared/grpc/frames.ts';

/** The bytes that an HTTP/2 client sends without waiting for anything (RFC 9113, RFC 7541). */

const [data, headers, settings] = [0, 1, 4];
const [endStream, endHeaders] = [1, 4];

/** The beginning of a connection. */
export const connectionPreface = (): Buffer =>
  Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), part(settings, 0, 0, Buffer.alloc(0))]);

/** A gRPC call with one message; `left open`: others could follow. */
export function callBytes(
  stream: number,
  path: string,
  message: Uint8Array,
  end: 'ended' | 'left open' = 'ended',
): Buffer {
  const text = (value: string) => Buffer.concat([Buffer.from([value.length]), Buffer.from(value, 'latin1')]);
  const field = (name: string, value: string) => Buffer.concat([Buffer.of(0), text(name), text(value)]);
  const [methodPost, schemeHttp] = [0x83, 0x86];
  const head = Buffer.concat([
    Buffer.of(methodPost, schemeHttp),
    field(':path', path),
    field(':authority', 'x'),
    field('content-type', 'application/grpc'),
    field('te', 'trailers'),
  ]);
  const last = end === 'ended' ? endStream : 0;
  return Buffer.concat([part(headers, endHeaders, stream, head), part(data, last, stream, frame(message))]);
}

function part(type: number, flags: number, stream: number, content: Uint8Array): Buffer {
  const prefix = Buffer.alloc(9);
  prefix.writeUIntBE(content.length, 0, 3);
  prefix.writeUInt8(type, 3);
  prefix.writeUInt8(flags, 4);
  prefix.writeUInt32BE(stream, 5);
  return Buffer.concat([prefix, content]);
}
