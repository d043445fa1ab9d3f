import {
  connect as connectHttp2,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
} from 'node:http2';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { frame, FrameReader } from '../../shared/grpc/frames.ts';
import { plainMessage } from '../../shared/grpc/status-message.ts';

export interface CallResult {
  readonly status: number;
  readonly message: string;
  readonly messages: readonly Uint8Array[];
  readonly rst: number;
}

/** A minimal client of `POST /grpc`: the upgrade, then HTTP/2. */
export interface GrpcClient {
  readonly session: ClientHttp2Session;
  /** Sends one message; resolves with the whole response. */
  call(path: string, message: Uint8Array, metadata?: Readonly<Record<string, string>>): Promise<CallResult>;
  /** A call that stays open. */
  open(
    path: string,
    metadata?: Readonly<Record<string, string>>,
  ): { readonly stream: ClientHttp2Stream; readonly result: Promise<CallResult> };
  close(): void;
}

export async function grpcClient(socketPath: string): Promise<GrpcClient> {
  const socket = connect(socketPath);
  await upgrade(socket);
  return grpcClientOn(socket);
}

/** As above without an upgrade: HTTP/2 from the first byte, as accepted by the engine from API 1.53 on. */
export function nativeGrpcClient(socketPath: string): GrpcClient {
  return grpcClientOn(connect(socketPath));
}

async function upgrade(socket: Socket): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    let head = '';
    const onData = (part: Buffer) => {
      head += part.toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      socket.off('data', onData);
      if (!head.startsWith('HTTP/1.1 101')) {
        reject(new Error(head));
        return;
      }
      socket.pause();
      if (head.length > end + 4) socket.unshift(Buffer.from(head.slice(end + 4), 'latin1'));
      resolve();
    };
    socket.on('data', onData);
    socket.once('error', reject);
    socket.write(
      'POST /grpc HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n' +
        'Content-Length: 0\r\n\r\n',
    );
  });
}

/** On a connection that begins with HTTP/2. */
export function grpcClientOn(socket: Duplex): GrpcClient {
  const session = connectHttp2('http://localhost', { createConnection: () => socket });
  session.on('error', () => undefined);
  const open = (path: string, metadata: Readonly<Record<string, string>> = {}) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...metadata,
    });
    const result = new Promise<CallResult>((resolve) => {
      const frames = new FrameReader(64 * 1024 * 1024);
      const messages: Uint8Array[] = [];
      let end: IncomingHttpHeaders = {};
      stream.on('response', (headers) => {
        end = headers;
      });
      stream.on('trailers', (trailers) => {
        end = trailers;
      });
      stream.on('data', (part: Buffer) => {
        const read = frames.push(part);
        if (read.ok) messages.push(...read.messages);
      });
      stream.on('error', () => undefined);
      stream.on('close', () => {
        resolve({
          status: Number(end['grpc-status'] ?? -1),
          message: plainMessage(String(end['grpc-message'] ?? '')),
          messages,
          rst: stream.rstCode,
        });
      });
    });
    return { stream, result };
  };
  return {
    session,
    open,
    call: (path, message, metadata) => {
      const { stream, result } = open(path, metadata);
      stream.end(frame(message));
      return result;
    },
    close: () => {
      session.destroy();
      socket.destroy();
    },
  };
}
