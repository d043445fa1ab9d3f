import { createHash } from 'node:crypto';
import { connect, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2';
import { request, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { frame, FrameReader } from '../../shared/grpc/frames.ts';
import { plainMessage } from '../../shared/grpc/status-message.ts';
import { solveRequest, statusRequest } from '../../shared/policy/buildkit-messages.ts';
import { netModes, op } from '../../shared/policy/llb-messages.ts';
import { message as sentence } from '../../shared/messages/message.ts';
import { encoded, type PlainMessage } from '../../shared/policy/protobuf-plain.ts';
import { ProbeError, type EvidenceText } from './evidence.ts';

/** A step to be run by BuildKit, as by `docker buildx build`, without a Dockerfile and a session. */
export interface BuildStep {
  /** A local image by its full name: 'docker.io/bulkhead/probe:1'. */
  readonly image: string;
  readonly args: readonly string[];
  /** A unique name for the build. */
  readonly reference: string;
}

/** The result of a step. */
export interface StepResult {
  /** Its output, latin1, with bytes of BuildKit's messages before and after each piece. */
  readonly output: string;
  /** BuildKit's message, or the gateway's, if it failed; null on success. */
  readonly error: EvidenceText | null;
}

/** Maximum length of a message in a response, bytes. */
const maxResponseBytes = 1024 * 1024;
const control = '/moby.buildkit.v1.Control/';

/**
 * Runs one step through `POST /grpc` of that socket, without the network and the build cache. Creates no
 * image. Rejects with the refusal of the upgrade, if the socket can't be connected to, or with `signal`.
 */
export async function runBuildStep(
  socketPath: string,
  step: BuildStep,
  signal: AbortSignal,
): Promise<StepResult> {
  const session = connect('http://localhost', await upgraded(socketPath, signal));
  const stop = () => {
    session.destroy();
  };
  signal.addEventListener('abort', stop, { once: true });
  session.on('error', () => undefined);
  try {
    // BuildKit streams the output only while the build is registered; a request that comes earlier waits for
    // it.
    const output = call(session, 'Status', encoded(statusRequest, { Ref: step.reference }));
    // If the other call fails first, this one is not awaited.
    output.catch(() => undefined);
    const solved = await call(
      session,
      'Solve',
      encoded(solveRequest, { Ref: step.reference, Definition: stepGraph(step) }),
    );
    // No build was begun if the gateway refuses one.
    if (solved.status === permissionDenied) return { output: '', error: solved.message };
    const lines = (await output).messages.map((message) => Buffer.from(message).toString('latin1'));
    return { output: lines.join('\n'), error: solved.status === 0 ? null : solved.message };
  } finally {
    signal.removeEventListener('abort', stop);
    session.destroy();
  }
}

const permissionDenied = 7;

/** The image, a command in it, and (required by BuildKit as the last op) whose result is wanted. */
function stepGraph({ image, args }: BuildStep): PlainMessage {
  const attrs = { 'image.resolvemode': 'local' };
  const source = encoded(op, { source: { identifier: `docker-image://${image}`, attrs } });
  const exec = { meta: { args, cwd: '/' }, mounts: [{ dest: '/' }], network: netModes.none };
  const run = encoded(op, { inputs: [{ digest: digestOf(source) }], exec });
  const result = encoded(op, { inputs: [{ digest: digestOf(run) }] });
  return { def: [source, run, result], metadata: { [digestOf(run)]: { ignore_cache: true } } };
}

const digestOf = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** The connection that `POST /grpc` becomes. */
async function upgraded(
  socketPath: string,
  signal: AbortSignal,
): Promise<{ createConnection: () => Socket }> {
  const headers = { Connection: 'Upgrade', Upgrade: 'h2c', Host: 'docker' };
  const upgrade = request({ socketPath, method: 'POST', path: '/grpc', headers, signal });
  const connection = new Promise<Socket>((resolve, reject) => {
    upgrade.once('upgrade', (_response, socket: Socket, head: Buffer) => {
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    upgrade.once('response', (response) => {
      void refusalOf(response).then(reject, reject);
    });
    upgrade.once('error', reject);
  });
  upgrade.end();
  const socket = await connection;
  return { createConnection: () => socket };
}

async function refusalOf(response: IncomingMessage): Promise<Error> {
  const body = await text(response);
  return new ProbeError(
    sentence('evidence.buildkit-refused', {
      status: response.statusCode ?? '',
      output: body.slice(0, 1000).trim(),
    }),
  );
}

interface GrpcResponse {
  readonly status: number;
  readonly message: EvidenceText;
  readonly messages: readonly Uint8Array[];
}

/**
 * Sends one message, and returns the whole response. `status` is gRPC's; -1 if the connection ended before.
 */
async function call(session: ClientHttp2Session, method: string, message: Uint8Array): Promise<GrpcResponse> {
  const stream = session.request({
    ':method': 'POST',
    ':path': `${control}${method}`,
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  const frames = new FrameReader(maxResponseBytes);
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
    else stream.close();
  });
  stream.on('error', () => undefined);
  stream.end(frame(message));
  await new Promise<void>((resolve) => {
    stream.once('close', resolve);
  });
  const body = end['grpc-message'];
  return {
    status: Number(end['grpc-status'] ?? -1),
    messages,
    message: typeof body === 'string' ? plainMessage(body) : sentence('evidence.buildkit-disconnected'),
  };
}
