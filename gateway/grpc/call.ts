import {
  constants,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import { deny, refusalText, type Denial } from '../../shared/policy/decision.ts';
import { brief } from '../../shared/policy/build-remote.ts';
import { decideBuildMessage, failedReturn, type BuildMessage } from '../../shared/policy/build-solve.ts';
import type { ConnectionSlot } from '../callers/connection-slot.ts';
import { TooManyWaiting } from '../turns/fair-share.ts';
import { largeBodyBytes } from '../turns/turns.ts';
import type { ReceivingTurn } from '../turns/receiving-turns.ts';
import { yieldToEventLoop } from '../turns/yield.ts';
import { frame, FrameReader, prefix } from '../../shared/grpc/frames.ts';
import { grpcMessage } from '../../shared/grpc/status-message.ts';
import { countParsedBytes } from '../base/minor-gc.ts';
import { explainEnd } from './explain.ts';
import { buildOf, clientHeaders, engineHeaders, grpcStatus, refusalHeaders } from './metadata.ts';
import { isForBuild, methodHandling } from './methods.ts';
import { message } from '../../shared/messages/message.ts';
import type { OwnBuilds } from './started-builds.ts';

/** What the rest of the gateway says to a refused call. */
export interface CallPolicy {
  /**
   * Takes note of a denial. The text the client gets; null when it is only noted (audit mode), and the call
   * goes on as it is.
   */
  deny(method: string, denial: Denial): string | null;
  /**
   * Why a method may not be called by this client at all, whatever it says; null: it may. Default: every one
   * may.
   */
  forbids?(method: string): Denial | null;
  /** Whether rules are enforced just now, or (audit mode) only noted. Default: they are. */
  enforces?(): boolean;
  /** Whether processes in builds' containers are to have their build's token. Default: they are not. */
  marksProcesses?(): boolean;
  /**
   * Whose turn it is to have a message of more than `largeBodyBytes` read; `displaced` is called where it
   * arrives so slowly that its turn was given away. Rejects as FairShare does. Default: unlimited.
   */
  turn?(signal: AbortSignal, displaced: () => void): Promise<ReceivingTurn>;
  /** The connection's slot in its user's account; null or missing: not accounted. */
  readonly slot?: ConnectionSlot | null;
}

/** Longest message that is read: what BuildKit itself accepts (16 MiB), and a little. */
export const maxMessageBytes = 16 * 1024 * 1024 + 64 * 1024;
/** Bytes of messages that one connection may have waiting to be complete. */
const maxHeldBytes = 32 * 1024 * 1024;
/** How long a long message may take once it is being read, ms: others wait for it. */
const messageMs = 15_000;

/** A message longer than this is decided in a turn of the event loop of its own. */
const largeMessageBytes = 16 * 1024;

/** Bytes waiting, over all calls of a connection. */
export interface Budget {
  bytes: number;
}

/** Decides one call and passes it on. */
export function relayCall(
  client: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  rawHeaders: readonly string[],
  upstream: ClientHttp2Session,
  policy: CallPolicy,
  budget: Budget,
  builds: OwnBuilds,
): void {
  client.on('error', () => undefined);
  const path = headers[':path'] ?? '';
  const crowded = policy.slot?.beginCall() ?? null;
  if (crowded !== null) {
    refuse(client, grpcStatus.resourceExhausted, policy.deny(path, crowded) ?? refusalText(crowded));
    return;
  }
  client.once('close', () => {
    policy.slot?.endCall();
  });
  if (
    headers[':method'] !== 'POST' ||
    !/^application\/grpc(?:\+proto)?$/.test(headers['content-type'] ?? '')
  ) {
    client.respond({ ':status': 415, 'content-type': 'text/plain' }, { endStream: true });
    abandon(client);
    return;
  }
  const forbidden = policy.forbids?.(path) ?? null;
  if (forbidden !== null) {
    const text = policy.deny(path, forbidden);
    if (text !== null) {
      refuse(client, grpcStatus.permissionDenied, text);
      return;
    }
  }
  const handling = methodHandling(path);
  if (handling === null) {
    const text = policy.deny(
      path,
      deny(
        'grpc-method',
        message('gateway.build-call', { call: path.length > 200 ? `${path.slice(0, 200)}…` : path }),
      ),
    );
    if (text !== null) {
      refuse(client, grpcStatus.permissionDenied, text);
      return;
    }
  }
  const open = () => {
    if (upstream.closed || upstream.destroyed || client.closed) return null;
    try {
      const engine = upstream.request(engineHeaders(path, rawHeaders), { endStream: false });
      answer(client, engine);
      return engine;
    } catch {
      // A value that HTTP/2 does not take, or a session that ended just now.
      return null;
    }
  };
  const build = isForBuild(path) ? buildOf(rawHeaders) : null;
  const token = () => (build !== null && policy.marksProcesses?.() === true ? builds.token(build) : null);
  const pass = () => {
    if (handling !== null && handling !== 'raw') {
      inspect(client, open, path, handling, policy, budget, builds, token);
      return;
    }
    const engine = open();
    if (engine === null) refuse(client, grpcStatus.unavailable, engineLeft);
    else client.pipe(engine);
  };
  if (build === null) {
    pass();
    return;
  }
  void builds.isStarted(build).then((started) => {
    if (client.destroyed || client.closed) return;
    const text = started ? null : policy.deny(path, foreignBuildDenial(build));
    if (text === null) pass();
    else refuse(client, grpcStatus.permissionDenied, text);
  });
}

/** It would be done with secrets, agents and files of whoever started it. */
const foreignBuildDenial = (build: string) =>
  deny('build-identity', message('gateway.call-for-build', { build: brief(build) }), {
    detail: message('gateway.build-is-of-another-connection'),
  });

const engineLeft = 'bulkhead gateway: the Docker engine closed the connection; try again';
const answerLost =
  "bulkhead gateway: the call failed, and the engine's own error is too long to be passed on (more " +
  "than 64 KB); a build's output shows the failed step";

function refuse(client: ServerHttp2Stream, code: number, message: string): void {
  if (client.destroyed || client.closed) return;
  if (client.headersSent) {
    // The response has begun: only its trailers can carry an error.
    client.close(constants.NGHTTP2_CANCEL);
    return;
  }
  client.respond(refusalHeaders(code, message), { endStream: true });
  abandon(client);
}

/** The answer is out; what the client still sends does not matter. */
function abandon(client: ServerHttp2Stream): void {
  client.resume();
  client.once('finish', () => {
    client.close(constants.NGHTTP2_NO_ERROR);
  });
  if (client.writableFinished) client.close(constants.NGHTTP2_NO_ERROR);
}

/** Client to engine, message by message. The engine hears of a call with the first message that passes. */
function inspect(
  client: ServerHttp2Stream,
  open: () => ClientHttp2Stream | null,
  path: string,
  kind: BuildMessage,
  policy: CallPolicy,
  budget: Budget,
  builds: OwnBuilds,
  token: () => string | null,
): void {
  const frames = new FrameReader(maxMessageBytes);
  let engine: ClientHttp2Stream | null = null;
  let isOver = false;
  let accountedBytes = 0;
  /** The engine takes no more for now. */
  let full = false;
  /** Reads whose messages are still to be decided, and what comes before the next one. */
  let waiting = 0;
  let before = Promise.resolve();
  /** Gives back the turn that a long message takes, from before it is held until the engine has it. */
  let turn: ReceivingTurn | null = null;
  let messageTimer: NodeJS.Timeout | undefined;
  let isAcquiringTurn = false;
  const aborted = new AbortController();
  const endTurn = () => {
    clearTimeout(messageTimer);
    turn?.end();
    turn = null;
  };
  const account = (bytes: number) => {
    budget.bytes += bytes - accountedBytes;
    policy.slot?.countBuffered(bytes - accountedBytes);
    accountedBytes = bytes;
  };
  const stop = (code: number, text: string) => {
    isOver = true;
    account(0);
    endTurn();
    aborted.abort();
    engine?.close(constants.NGHTTP2_CANCEL);
    refuse(client, code, text);
  };
  const opened = () => {
    if (engine !== null) return engine;
    engine = open();
    if (engine === null) stop(grpcStatus.unavailable, engineLeft);
    else
      engine.on('drain', () => {
        full = false;
        resumeReading();
      });
    return engine;
  };
  const pass = (message: Uint8Array) => {
    if (isOver) return;
    const decision = decideBuildMessage(
      kind,
      message,
      policy.enforces?.() ?? true,
      kind === 'exec' ? token() : null,
    );
    let forwarded: Uint8Array = message;
    if (decision.outcome === 'deny') {
      const text = policy.deny(path, decision);
      // A refused Return would leave the build itself waiting; the client tells of whichever ends first.
      if (text !== null && kind === 'return') forwarded = failedReturn(text);
      else if (text !== null) {
        stop(grpcStatus.permissionDenied, text);
        return;
      }
    } else {
      forwarded = decision.bytes;
      const { ref } = decision;
      if (ref !== undefined) {
        const text = builds.start(ref) ? null : policy.deny(path, foreignBuildDenial(ref));
        if (text !== null) {
          stop(grpcStatus.permissionDenied, text);
          return;
        }
        client.once('close', () => {
          builds.end(ref);
        });
      }
    }
    const stream = opened();
    if (stream === null) return;
    const isLong = message.length > largeBodyBytes;
    if (isLong) {
      stream.cork();
      stream.write(prefix(forwarded.length));
    }
    const { length } = message;
    const sent = () => {
      endTurn();
      countParsedBytes(length);
    };
    const takesMore = isLong ? stream.write(forwarded, sent) : stream.write(frame(forwarded));
    if (isLong) stream.uncork();
    if (takesMore) return;
    full = true;
    client.pause();
  };
  const resumeReading = () => {
    if (waiting === 0 && !full && !isAcquiringTurn) client.resume();
  };
  const takeTurn = () => {
    if (policy.turn === undefined || turn !== null || isAcquiringTurn || frames.announced <= largeBodyBytes)
      return;
    isAcquiringTurn = true;
    client.pause();
    const late = (why: string) => {
      if (frames.bufferedBytes > 0)
        stop(grpcStatus.resourceExhausted, `bulkhead gateway: the build request ${why}`);
    };
    policy
      .turn(aborted.signal, () => {
        late('came so slowly that others were let pass; try again');
      })
      .then(
        (taken) => {
          isAcquiringTurn = false;
          if (isOver) {
            taken.end();
            return;
          }
          messageTimer = setTimeout(() => {
            late(`did not come within ${messageMs / 1000} s`);
          }, messageMs);
          turn = taken;
          frames.reserve();
          resumeReading();
        },
        (error: unknown) => {
          if (isOver) return;
          stop(
            grpcStatus.resourceExhausted,
            `bulkhead gateway: ${
              error instanceof TooManyWaiting ? error.message : 'the build request could not be read'
            }; try again when some of them are answered`,
          );
        },
      );
  };
  client.on('data', (bytes: Buffer) => {
    if (isOver) return;
    const read = frames.push(bytes);
    if (!read.ok) {
      if (read.why === 'too-long')
        stop(
          grpcStatus.resourceExhausted,
          `bulkhead gateway: build requests may have ${maxMessageBytes} bytes`,
        );
      else stop(grpcStatus.unimplemented, 'bulkhead gateway: compressed build requests are not read');
      return;
    }
    account(frames.bufferedBytes);
    if (budget.bytes > maxHeldBytes) {
      stop(
        grpcStatus.resourceExhausted,
        `bulkhead gateway: the build requests under way on this connection may have ${maxHeldBytes} bytes`,
      );
      return;
    }
    const crowded = frames.bufferedBytes === 0 ? null : (policy.slot?.bufferLimitDenial() ?? null);
    if (crowded !== null) {
      stop(grpcStatus.resourceExhausted, policy.deny(path, crowded) ?? refusalText(crowded));
      return;
    }
    if (frames.bufferedBytes === 0) turn?.received();
    takeTurn();
    if (waiting === 0 && read.messages.every(({ length }) => length <= largeMessageBytes)) {
      for (const message of read.messages) pass(message);
      return;
    }
    // One by one, and with a turn of the event loop before each: others are answered in between.
    waiting++;
    client.pause();
    before = before
      .then(async () => {
        for (const message of read.messages) {
          await yieldToEventLoop();
          pass(message);
        }
      })
      .catch(() => {
        stop(
          grpcStatus.internal,
          'bulkhead gateway: the build request could not be decided, so it was refused',
        );
      })
      .finally(() => {
        waiting--;
        resumeReading();
      });
  });
  client.on('end', () => {
    // A message cut short never arrives; the engine says what it thinks of the rest.
    void before.then(() => {
      if (!isOver) opened()?.end();
    });
  });
  client.on('close', () => {
    isOver = true;
    account(0);
    endTurn();
    aborted.abort();
  });
}

/** Engine to client: head, messages, trailers; and the end of either side. */
function answer(client: ServerHttp2Stream, engine: ClientHttp2Stream): void {
  let trailers: IncomingHttpHeaders | null = null;
  engine.on('response', (headers, flags) => {
    if (client.destroyed || client.closed || client.headersSent) return;
    const endStream = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    if (endStream) {
      client.respond(clientHeaders(explainEnd(headers)), { endStream: true });
      abandon(client);
      return;
    }
    client.respond(clientHeaders(headers), { waitForTrailers: true });
    engine.pipe(client);
  });
  engine.on('trailers', (headers) => {
    trailers = headers;
  });
  const end = (code: number, message: string) => {
    if (!client.headersSent) {
      refuse(client, code, message);
      return;
    }
    trailers = { 'grpc-status': String(code), 'grpc-message': grpcMessage(message) };
    client.end();
  };
  client.on('wantTrailers', () => {
    if (client.destroyed || client.closed) return;
    if (trailers === null) {
      client.close(engine.rstCode === 0 ? constants.NGHTTP2_INTERNAL_ERROR : engine.rstCode);
      return;
    }
    client.sendTrailers(clientHeaders(explainEnd(trailers)));
  });
  engine.on('error', () => undefined);
  engine.on('close', () => {
    if (client.closed || client.destroyed) return;
    if (trailers !== null || client.writableEnded) return;
    switch (engine.rstCode) {
      case constants.NGHTTP2_NO_ERROR:
        end(grpcStatus.unavailable, engineLeft);
        return;
      // Also when the engine's trailers are larger than HTTP/2 in Node takes: an error with a whole long
      // Dockerfile in its details.
      case constants.NGHTTP2_INTERNAL_ERROR:
        end(grpcStatus.internal, answerLost);
        return;
      default:
        client.close(engine.rstCode);
    }
  });
  client.on('close', () => {
    if (!engine.closed && !engine.destroyed)
      engine.close(client.rstCode === constants.NGHTTP2_NO_ERROR ? constants.NGHTTP2_CANCEL : client.rstCode);
  });
}
