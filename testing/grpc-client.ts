import { connect as connectHttp2, type ClientHttp2Session, type ClientHttp2Stream, type IncomingHttpHeaders } from 'node:http2';
import { connect } from 'node:net';
import { frame, FrameReader } from '../gateway/grpc/frames.ts';
import { plainMessage } from '../gateway/grpc/metadata.ts';
import { writeMessage, type FieldShape, type FieldValue, type Message, type MessageShape } from '../shared/policy/protobuf.ts';

/** A message as a plain object: maps are objects, numbers numbers. */
export type Plain = { readonly [field: string]: unknown };

/** A message of that shape. Throws for fields it does not have. */
export function plainMessageOf(shape: MessageShape, plain: Plain): Message {
  const fields = new Map(Object.values(shape.fields).map((field) => [field.name, field]));
  const values = new Map<string, FieldValue[]>();
  for (const [name, given] of Object.entries(plain)) {
    const field = fields.get(name);
    if (field === undefined) throw new Error(`${shape.name} has no ${name}`);
    values.set(name, valuesOf(field, given));
  }
  return { shape, values };
}
export const encoded = (shape: MessageShape, plain: Plain) => writeMessage(plainMessageOf(shape, plain));

function valuesOf(field: FieldShape, given: unknown): FieldValue[] {
  const type = typeof field.type === 'function' ? field.type() : field.type;
  const one = (value: unknown): FieldValue => {
    // What a test writes is of the field's type, or the engine says so.
    if (typeof type === 'object') return plainMessageOf(type, value as Plain);
    return typeof value === 'number' ? BigInt(value) : value as FieldValue;
  };
  if (field.repeat === 'map') return Object.entries(given as Plain).map(([key, value]) => one({ key, value }));
  return (Array.isArray(given) ? given : [given]).map(one);
}

export interface CallResult { readonly status: number; readonly message: string; readonly messages: readonly Buffer[]; readonly rst: number }

/** A hand-made client of `POST /grpc`: the upgrade, then HTTP/2. */
export interface GrpcClient {
  readonly session: ClientHttp2Session;
  /** One message there; resolves with all that came back. */
  call(path: string, message: Uint8Array, metadata?: Readonly<Record<string, string>>): Promise<CallResult>;
  /** A call left open. */
  open(path: string, metadata?: Readonly<Record<string, string>>): { readonly stream: ClientHttp2Stream; readonly result: Promise<CallResult> };
  close(): void;
}

export async function grpcClient(socketPath: string): Promise<GrpcClient> {
  const socket = connect(socketPath);
  await new Promise<void>((resolve, reject) => {
    let head = '';
    const onData = (part: Buffer) => {
      head += part.toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      socket.off('data', onData);
      if (!head.startsWith('HTTP/1.1 101')) { reject(new Error(head)); return; }
      socket.pause();
      if (head.length > end + 4) socket.unshift(Buffer.from(head.slice(end + 4), 'latin1'));
      resolve();
    };
    socket.on('data', onData);
    socket.once('error', reject);
    socket.write('POST /grpc HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 0\r\n\r\n');
  });
  const session = connectHttp2('http://localhost', { createConnection: () => socket });
  session.on('error', () => undefined);
  const open = (path: string, metadata: Readonly<Record<string, string>> = {}) => {
    const stream = session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers', ...metadata });
    const result = new Promise<CallResult>((resolve) => {
      const frames = new FrameReader(64 * 1024 * 1024);
      const messages: Buffer[] = [];
      let end: IncomingHttpHeaders = {};
      stream.on('response', (headers) => { end = headers; });
      stream.on('trailers', (trailers) => { end = trailers; });
      stream.on('data', (part: Buffer) => { const read = frames.push(part); if (read.ok) messages.push(...read.messages); });
      stream.on('error', () => undefined);
      stream.on('close', () => { resolve({ status: Number(end['grpc-status'] ?? -1), message: plainMessage(String(end['grpc-message'] ?? '')), messages, rst: stream.rstCode }); });
    });
    return { stream, result };
  };
  return {
    session, open,
    call: (path, message, metadata) => { const { stream, result } = open(path, metadata); stream.end(frame(message)); return result; },
    close: () => { session.destroy(); socket.destroy(); },
  };
}
