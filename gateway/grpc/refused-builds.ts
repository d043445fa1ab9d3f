import type { ServerHttp2Stream } from 'node:http2';
import { FrameReader } from '../../shared/grpc/frames.ts';
import { grpcStatus } from './metadata.ts';
import { refuse } from './refuse.ts';
import type { OwnBuilds } from './started-builds.ts';

/** The names that BuildKit's clients give to builds have 25 characters. */
const maxStatusBytes = 1024;
/** What field 1 begins with if it is a text. */
const refTag = (1 << 3) | 2;
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
   * A `Solve` was refused with this text: ends the calls for that build, unless a build of the same name is
   * running, which the engine knows.
   */
  refused(message: Uint8Array, text: string): void {
    const ref = refOf(message);
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
      const ref = read.ok ? refOf(read.messages[0]) : null;
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

/**
 * The name of a build in a request of Control, where it is field 1, which BuildKit's clients write first;
 * null if it has none of usual length. The rest is not read: a build that is refused because its request
 * can't be read has a name all the same. Good for finding calls that wait, not for a decision.
 */
function refOf(message: Uint8Array | undefined): string | null {
  const [tag, low = 0, high = 0] = message ?? [];
  if (message === undefined || tag !== refTag) return null;
  const start = low < 0x80 ? 2 : 3;
  const length = low < 0x80 ? low : (low & 0x7f) + high * 128;
  if (length === 0 || length > maxStatusBytes || start + length > message.length) return null;
  return Buffer.from(message.subarray(start, start + length)).toString('utf8');
}

/** As at the end of a build without any progress. */
function endProgress(client: ServerHttp2Stream): void {
  if (!client.headersSent) refuse(client, grpcStatus.ok, '');
}
