import { once } from 'node:events';
import {
  connect,
  createServer,
  type ClientHttp2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import {
  connect as connectNet,
  createServer as createNetServer,
  type AddressInfo,
  type Socket,
} from 'node:net';
import { afterEach, beforeEach } from 'vitest';
import { refusalText, type Denial } from '../../shared/policy/decision.ts';
import { historyRequest } from '../../shared/policy/buildkit-messages.ts';
import { readMessage, textOf } from '../../shared/policy/protobuf.ts';
import { frame as framed } from '../../shared/grpc/frames.ts';
import type { ConnectionSlot } from '../callers/connection-slot.ts';
import type { UpgradedConnection } from '../http/exchange.ts';
import { FairShare } from '../turns/fair-share.ts';
import { ReceivingTurns } from '../turns/receiving-turns.ts';
import { foreignSessionDenial } from './call-policy.ts';
import { OpenSessions } from './open-sessions.ts';
import { proxyGrpc } from './proxy.ts';
import { StartedBuilds } from './started-builds.ts';

export const control = '/moby.buildkit.v1.Control/';
export const bridge = '/moby.buildkit.v1.frontend.LLBBridge/';

/** Comparable with what arrives. */
export const frame = (message: Uint8Array): Buffer => Buffer.from(framed(message));

/** A text field of a message, such as 1 (ref) or 9 (entitlements) of a SolveRequest. */
export const text = (number: number, value: string): Buffer =>
  Buffer.concat([Buffer.from([(number << 3) | 2, value.length]), Buffer.from(value)]);

interface CallResult {
  readonly headers: IncomingHttpHeaders;
  readonly trailers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly code: number;
}

/** A call that has begun; `result` is there when it has ended. */
interface Call {
  readonly stream: ReturnType<ClientHttp2Session['request']>;
  readonly result: Promise<CallResult>;
}

/** A call as it arrived at the engine. */
interface ReceivedCall {
  readonly headers: IncomingHttpHeaders;
  readonly raw: readonly string[];
  readonly body: Buffer;
}

type CallHandler = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, raw: readonly string[]) => void;

/**
 * Gives each test of a file a proxy of its own, between a client and a fake engine: `use` is called with it
 * before the test.
 */
export function useGrpcProxy(use: (proxy: GrpcProxy) => void): void {
  let proxy: GrpcProxy;
  beforeEach(async () => {
    proxy = new GrpcProxy();
    await proxy.start();
    use(proxy);
  });
  afterEach(async () => {
    await proxy.close();
  });
}

/** A proxy in front of a fake engine, and a client of it. Fields that are not readonly are set by tests. */
export class GrpcProxy {
  /** How the engine handles a call. */
  serve: CallHandler = () => {
    throw new Error('nothing is expected to arrive');
  };
  /** Answers a question of the gateway's for builds of that name which the engine has under way. */
  answerHistory: (stream: ServerHttp2Stream, ref: string) => void = (stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '0' });
    stream.end();
  };
  audit = false;
  slot: ConnectionSlot | null = null;
  readonly denials: [string, Denial][] = [];
  /** Of each connection, the client's and the engine's end. */
  readonly sockets: Socket[] = [];
  readonly displacing: (() => void)[] = [];
  readonly sessions = new OpenSessions(null);
  readonly turns = new ReceivingTurns(new FairShare({ each: 1, all: 2, waiting: 1 }), {
    afterMs: 60_000,
    slow: 1,
  });
  readonly engine = createServer();
  readonly gateway = createNetServer({ allowHalfOpen: true }, (down) => {
    this.#connected(down);
  });
  readonly #builds = new StartedBuilds(null);
  #client: ClientHttp2Session | null = null;
  #upgraded: UpgradedConnection | null = null;

  async start(): Promise<void> {
    this.engine.on('stream', (stream: ServerHttp2Stream, headers, _flags, raw: unknown) => {
      this.#arrived(stream, headers, raw as string[]);
    });
    this.engine.listen(0, '127.0.0.1');
    await once(this.engine, 'listening');
    this.gateway.listen(0, '127.0.0.1');
    await once(this.gateway, 'listening');
    this.client = connect(`http://127.0.0.1:${(this.gateway.address() as AddressInfo).port}`);
    this.client.on('error', () => undefined);
  }

  async close(): Promise<void> {
    this.client.destroy();
    for (const socket of this.sockets) socket.destroy();
    this.gateway.close();
    this.engine.close();
    await Promise.resolve();
  }

  /** The client whose calls `call` makes; tests replace it. */
  get client(): ClientHttp2Session {
    if (this.#client === null) throw new Error('not started');
    return this.#client;
  }
  set client(client: ClientHttp2Session) {
    this.#client = client;
  }

  /** The last connection of a client. */
  get upgraded(): UpgradedConnection {
    if (this.#upgraded === null) throw new Error('no client has connected');
    return this.#upgraded;
  }

  /** Begins a call, with its only message or, by null, with none so far. */
  call(path: string, body: Buffer | null, fields: Record<string, string | string[]> = {}): Call {
    const stream = this.client.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...fields,
    });
    const result = new Promise<CallResult>((resolve) => {
      let headers: IncomingHttpHeaders = {};
      let trailers: IncomingHttpHeaders = {};
      const parts: Buffer[] = [];
      stream.on('response', (received) => {
        headers = received;
      });
      stream.on('trailers', (received) => {
        trailers = received;
      });
      stream.on('data', (part: Buffer) => {
        parts.push(part);
      });
      stream.on('error', () => undefined);
      stream.on('close', () => {
        resolve({ headers, trailers, body: Buffer.concat(parts), code: stream.rstCode });
      });
    });
    if (body !== null) stream.end(body);
    return { stream, result };
  }

  /** Answers every call with what it got, as a unary call. */
  echo(): { readonly calls: ReceivedCall[] } {
    const recorded: { calls: ReceivedCall[] } = { calls: [] };
    this.serve = (stream, headers, raw) => {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => {
        parts.push(part);
      });
      stream.on('end', () => {
        const body = Buffer.concat(parts);
        recorded.calls.push({ headers, raw, body });
        if (stream.destroyed) return;
        stream.respond(
          { ':status': 200, 'content-type': 'application/grpc', 'x-meta': ['a', 'b'] as unknown as string },
          { waitForTrailers: true },
        );
        stream.on('wantTrailers', () => {
          stream.sendTrailers({ 'grpc-status': '0', 'x-end': 'yes' });
        });
        stream.end(body);
      });
    };
    return recorded;
  }

  #arrived(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, raw: readonly string[]): void {
    stream.on('error', () => undefined);
    if (headers[':path'] !== `${control}ListenBuildHistory`) {
      this.serve(stream, headers, raw);
      return;
    }
    const parts: Buffer[] = [];
    stream.on('data', (part: Buffer) => {
      parts.push(part);
    });
    stream.on('end', () => {
      const read = readMessage(historyRequest, Buffer.concat(parts).subarray(5));
      this.answerHistory(stream, read.ok ? textOf(read.message, 'Ref') : '');
    });
  }

  #connected(down: Socket): void {
    const up = connectNet({
      port: (this.engine.address() as AddressInfo).port,
      host: '127.0.0.1',
      allowHalfOpen: true,
    });
    this.sockets.push(down, up);
    up.once('connect', () => {
      this.#upgraded = proxyGrpc(
        down,
        up,
        {
          deny: (call, denial) => {
            this.denials.push([call, denial]);
            return this.audit ? null : refusalText(denial);
          },
          turn: (signal, displaced) => {
            this.displacing.push(displaced);
            return this.turns.acquire('a user', displaced, signal);
          },
          sharedKeySuffix: ':of-user',
          openSession: (id) => this.sessions.open(id, 'user 1') ?? foreignSessionDenial(id),
          slot: this.slot,
        },
        this.#builds,
      );
    });
  }
}
