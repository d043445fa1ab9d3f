import type { ServerHttp2Stream } from 'node:http2';
import { solveRequest, statusRequest } from '../../shared/policy/buildkit-messages.ts';
import { readMessage, textOf, type MessageShape } from '../../shared/policy/protobuf.ts';
import { FrameReader } from '../../shared/grpc/frames.ts';
import { grpcStatus } from './metadata.ts';
import { refuse } from './refuse.ts';
import type { OwnBuilds } from './started-builds.ts';

/** The names that BuildKit's clients give to builds have 25 characters. */
const maxStatusBytes = 1024;
/** Refused builds of one connection that are remembered. */
const maxRemembered = 64;

/** Ends a call for a build that was refused with this text. */
type End = (text: string) => void;

/**
 * The refused builds of one connection, and calls for its builds. The engine gets no refused build, so it
 * would wait for one of that name when it is asked for the progress (Control.Status), and the gateway when a
 * client drives the build (LLBBridge): for three seconds, during which BuildKit's clients do not show the
 * refusal.
 */
export class RefusedBuilds {
  /** The texts of the refusals, by the build's name. */
  readonly #refused = new Map<string, string>();
  /** Ends of calls for builds that may be refused yet, by the build's name. */
  readonly #waiting = new Map<string, Set<End>>();
  readonly #builds: Pick<OwnBuilds, 'isRunning'>;

  /** `builds`: those that the connection started. */
  constructor(builds: Pick<OwnBuilds, 'isRunning'>) {
    this.#builds = builds;
  }

  /**
   * A `Solve` was refused with this text: calls for that build end. Those for one that runs under the same
   * name do not: the engine has it.
   */
  refused(message: Uint8Array, text: string): void {
    const ref = refOf(solveRequest, message);
    if (ref === null || this.#builds.isRunning(ref)) return;
    this.#refused.set(ref, text);
    const [oldest] = this.#refused.keys();
    if (this.#refused.size > maxRemembered && oldest !== undefined) this.#refused.delete(oldest);
    for (const end of [...(this.#waiting.get(ref) ?? [])]) end(text);
  }

  /** A `Solve` was allowed: a name may be used again. */
  allowed(ref: string): void {
    this.#refused.delete(ref);
  }

  /** Ends a call for progress if its build is refused. Reads its message beside what relays it. */
  watchProgress(client: ServerHttp2Stream): void {
    const frames = new FrameReader(maxStatusBytes);
    const received = (bytes: Uint8Array) => {
      const read = frames.push(bytes);
      if (read.ok && read.messages.length === 0) return;
      client.off('data', received);
      const ref = read.ok ? refOf(statusRequest, read.messages[0]) : null;
      if (ref === null) return;
      const forget = this.whenRefused(ref, () => {
        endProgress(client);
      });
      if (forget !== null) client.once('close', forget);
    };
    client.on('data', received);
  }

  /**
   * Calls `end` once that build is refused; not any more after the returned function. If it was refused
   * already, calls it now, and returns null.
   */
  whenRefused(ref: string, end: End): (() => void) | null {
    const text = this.#refused.get(ref);
    if (text !== undefined) {
      end(text);
      return null;
    }
    const ends = this.#waiting.get(ref) ?? new Set<End>();
    this.#waiting.set(ref, ends.add(end));
    return () => {
      ends.delete(end);
      if (ends.size === 0 && this.#waiting.get(ref) === ends) this.#waiting.delete(ref);
    };
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
