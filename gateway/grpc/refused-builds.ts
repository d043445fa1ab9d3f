import type { ServerHttp2Stream } from 'node:http2';
import { solveRequest, statusRequest } from '../../shared/policy/buildkit-messages.ts';
import { readMessage, textOf, type MessageShape } from '../../shared/policy/protobuf.ts';
import { FrameReader } from '../../shared/grpc/frames.ts';
import { grpcStatus } from './metadata.ts';
import { refuse } from './refuse.ts';

/** The names that BuildKit's clients give to builds have 25 characters. */
const maxStatusBytes = 1024;
/** Refused builds of one connection that are remembered. */
const maxRemembered = 64;

/**
 * The refused builds of one connection, and calls for the progress of builds (Control.Status). The engine
 * gets no refused build, so it waits for one of that name, and BuildKit's clients wait three seconds for the
 * end of that call before they show the refusal: it is ended here.
 */
export class RefusedBuilds {
  readonly #refused = new Set<string>();
  /** Calls for progress, by the build's name. */
  readonly #watching = new Map<string, Set<ServerHttp2Stream>>();

  /** A `Solve` was refused: whoever watches that build gets the end of its progress. */
  refused(message: Uint8Array): void {
    const ref = refOf(solveRequest, message);
    if (ref === null) return;
    this.#refused.add(ref);
    const [oldest] = this.#refused;
    if (this.#refused.size > maxRemembered && oldest !== undefined) this.#refused.delete(oldest);
    for (const client of this.#watching.get(ref) ?? []) endProgress(client);
  }

  /** A `Solve` was allowed: a name may be used again. */
  allowed(ref: string): void {
    this.#refused.delete(ref);
  }

  /** Reads which build's progress a call is for, beside what relays it. */
  watch(client: ServerHttp2Stream): void {
    const frames = new FrameReader(maxStatusBytes);
    const received = (bytes: Uint8Array) => {
      const read = frames.push(bytes);
      if (read.ok && read.messages.length === 0) return;
      client.off('data', received);
      const ref = read.ok ? refOf(statusRequest, read.messages[0]) : null;
      if (ref === null) return;
      if (this.#refused.has(ref)) endProgress(client);
      else this.#add(ref, client);
    };
    client.on('data', received);
  }

  #add(ref: string, client: ServerHttp2Stream): void {
    const clients = this.#watching.get(ref) ?? new Set<ServerHttp2Stream>();
    this.#watching.set(ref, clients.add(client));
    client.once('close', () => {
      clients.delete(client);
      if (clients.size === 0) this.#watching.delete(ref);
    });
  }
}

/** The name of a build in a request; null if it has none of usual length, or can't be read. */
function refOf(shape: MessageShape, message: Uint8Array | undefined): string | null {
  const read = readMessage(shape, message ?? new Uint8Array());
  const ref = read.ok ? textOf(read.message, 'Ref') : '';
  return ref === '' || ref.length > maxStatusBytes ? null : ref;
}

/** As at the end of a build without any progress. */
function endProgress(client: ServerHttp2Stream): void {
  if (!client.headersSent) refuse(client, grpcStatus.ok, '');
}
