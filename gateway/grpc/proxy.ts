import {
  connect,
  constants,
  performServerHandshake,
  type ClientHttp2Session,
  type ServerHttp2Stream,
  type ServerHttp2Session,
} from 'node:http2';
import type { Duplex } from 'node:stream';
import type { UpgradedConnection } from '../http/exchange.ts';
import type { CallPolicy } from './call-policy.ts';
import { relayCall, type CallConnection } from './call.ts';
import { RefusedBuilds } from './refused-builds.ts';
import { Retirement } from './retirement.ts';
import type { StartedBuilds } from './started-builds.ts';

/** Calls of one connection at once; buildx has a handful. */
const maxCalls = 256;
/**
 * Header lists. nghttp2 ends the connection at a single field of more than 64 KiB, whatever is set here
 * (error details are such fields).
 */
const maxHeaderBytes = 64 * 1024;
const maxSendHeaderBlockLength = 256 * 1024;
const windowBytes = 256 * 1024;
/** Bytes a session may hold for its streams, in MB (node's unit). */
const maxSessionMemory = 64;

/**
 * Terminates HTTP/2 on both sides of a `/grpc` connection and relays calls: each is decided by its method,
 * and by its messages where those describe a build. The engine gets only re-serialized calls. PINGs and flow
 * control are each side's own; when one side's session ends (GOAWAY, FIN, error), the other's does.
 */
export function proxyGrpc(
  client: Duplex,
  engine: Duplex,
  policy: CallPolicy,
  startedBuilds: StartedBuilds,
): UpgradedConnection {
  const settings = {
    initialWindowSize: windowBytes,
    maxConcurrentStreams: maxCalls,
    maxHeaderListSize: maxHeaderBytes,
    enablePush: false,
  };
  const common = { settings, maxSessionMemory, maxSendHeaderBlockLength, maxHeaderListPairs: 512 };

  const upstream: ClientHttp2Session = connect('http://localhost', {
    ...common,
    settings: { ...settings, maxConcurrentStreams: 0 },
    maxReservedRemoteStreams: 0,
    createConnection: () => engine,
  });
  const downstream: ServerHttp2Session = performServerHandshake(client, common);
  const retirement = new Retirement(() => {
    downstream.close();
  });
  const builds = startedBuilds.ofConnection();
  const connection: CallConnection = {
    upstream,
    policy,
    budget: { bytes: 0 },
    builds,
    refusedBuilds: new RefusedBuilds(builds),
    retirement,
  };

  downstream.on('stream', (stream: ServerHttp2Stream, headers, _flags, rawHeaders: unknown) => {
    if (!retirement.accepts(stream, headers[':path'] ?? '')) return;
    try {
      relayCall(stream, headers, Array.isArray(rawHeaders) ? rawHeaders.map(String) : [], connection);
    } catch {
      // Input that neither side's HTTP/2 accepts ends its own call only.
      stream.destroy();
    }
  });
  const enlargeWindow = (session: ServerHttp2Session | ClientHttp2Session) => {
    session.setLocalWindowSize(4 * windowBytes);
  };
  upstream.once('connect', () => {
    enlargeWindow(upstream);
  });
  enlargeWindow(downstream);

  // The engine shuts down: running calls complete, no new ones are accepted.
  upstream.on('goaway', () => {
    downstream.close();
  });
  upstream.on('error', () => undefined);
  upstream.on('close', () => {
    downstream.close();
    closeAfterLinger(downstream, client);
  });
  downstream.on('error', () => undefined);
  downstream.on('frameError', () => undefined);
  downstream.on('close', () => {
    upstream.close();
    closeAfterLinger(upstream, engine);
  });
  // A client that half-closes its socket is done.
  client.on('end', () => {
    downstream.destroy();
  });
  engine.on('end', () => {
    upstream.destroy();
  });
  return retirement;
}

/** Closing waits for streams for this long, ms; then it is forced. */
const lingerMs = 2000;

function closeAfterLinger(session: ServerHttp2Session | ClientHttp2Session, socket: Duplex): void {
  const timer = setTimeout(() => {
    session.destroy(undefined, constants.NGHTTP2_NO_ERROR);
    socket.destroy();
  }, lingerMs);
  timer.unref();
  if (session.destroyed) {
    clearTimeout(timer);
    socket.destroy();
    return;
  }
  session.once('close', () => {
    clearTimeout(timer);
    socket.destroy();
  });
}
