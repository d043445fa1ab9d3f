import type Docker from 'dockerode';
import { message, type Message } from '../../shared/messages/message.ts';
import { startLimit } from '../../shared/process/scaled-limit.ts';
import { usualLimits } from '../../shared/process/time-limits.ts';
import { anyAborted } from './any-aborted.ts';
import { slowness } from './machine-speed.ts';

const minute = 60_000;
/** For requests of unknown duration: content is sent or created (commit, pull, load, build). */
const contentLimitMs = 30 * minute;
/**
 * Time that the engine itself needs for a container in addition to the time the container gets to end, ms.
 */
const stopMarginMs = 30_000;

/** The engine accepted a request and did not respond in time. `code` is the system's error code for that. */
export class EngineTimeout extends Error {
  readonly code = 'ETIMEDOUT';
  readonly sentence: Message;

  constructor(limitMs: number) {
    const sentence = message('engine.response-timed-out', { seconds: limitMs / 1000 });
    super(sentence.text);
    this.sentence = sentence;
  }
}

/** The properties of a request that determine its limit. */
export interface LimitedRequest {
  readonly method: string;
  /** Path as passed by dockerode: without the version, a query or the "?" at the end. */
  readonly path: string;
  /** Parameters and body, as passed by the caller. */
  readonly options?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * How long the engine may take to respond to a request, ms: to the end of the response, for a stream to its
 * beginning. Null: the request waits for something of the container itself, and the caller limits it.
 * `readMs` is for plain reads.
 */
export function requestLimitMs(
  { method, path, options = {} }: LimitedRequest,
  readMs: number = usualLimits.engineRead,
): number | null {
  const [plain = ''] = path.split('?', 1);
  const action = /^\/containers\/[^/]+\/(\w+)$/.exec(plain)?.[1] ?? '';
  if (method === 'GET' || method === 'HEAD') {
    if (action === 'export' || action === 'archive' || plain.startsWith('/images/get')) return contentLimitMs;
    // These count or compare files.
    return action === 'changes' || options['size'] === true || plain === '/system/df'
      ? Math.max(minute, readMs)
      : readMs;
  }
  if (action === 'wait') return null;
  if (action === 'stop' || action === 'restart') {
    const seconds = Number(options['t'] ?? Number.NaN);
    // Without a timeout in the request, the container's own applies, which may have any value.
    return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 + stopMarginMs : 10 * minute;
  }
  if (/^\/(?:commit|build|images\/(?:create|load)|images\/.+\/push)$/.test(plain) || action === 'archive')
    return contentLimitMs;
  if (action === 'start' || plain === '/containers/create' || method === 'DELETE') return 2 * minute;
  return minute;
}

/** The sockets of requests that failed, by their errors. */
const sockets = new WeakMap<object, string>();

/** Records the socket of the request that failed with this error. */
export function recordSocket(error: unknown, socketPath: unknown): void {
  if (typeof error === 'object' && error !== null && typeof socketPath === 'string')
    sockets.set(error, socketPath);
}

/** The socket of the request that failed with this error; null if that is not known. */
export const socketOf = (error: unknown): string | null =>
  typeof error === 'object' && error !== null ? (sockets.get(error) ?? null) : null;

/** A request as dockerode passes it to its modem. */
interface DialedRequest extends LimitedRequest {
  abortSignal?: AbortSignal | undefined;
}
type DialCallback = (error: unknown, response: unknown) => void;

/**
 * Gives every request of a client its limit, in addition to the caller's signal. The only place that does.
 * The usual limits are longer on a slow machine; with `readMs` for plain reads, they are not.
 */
export function limitRequests(docker: Docker, readMs?: number, measure = slowness): Docker {
  const factor = readMs === undefined ? measure : () => Promise.resolve(1);
  // Its types do not declare the modem, which every request passes through.
  const modem = docker.modem as {
    readonly socketPath?: unknown;
    dial(request: DialedRequest, done: DialCallback): void;
  };
  const dialDirectly = modem.dial.bind(modem);
  const dial = (request: DialedRequest, done: DialCallback): void => {
    dialDirectly(request, (error, response) => {
      recordSocket(error, modem.socketPath);
      done(error, response);
    });
  };
  modem.dial = (request, done) => {
    const limitMs = requestLimitMs(request, readMs);
    if (limitMs === null) {
      dial(request, done);
      return;
    }
    const limit = startLimit(limitMs, factor);
    const given = request.abortSignal;
    const abortSignal = given === undefined ? limit.signal : anyAborted(given, limit.signal);
    dial({ ...request, abortSignal }, (error, response) => {
      limit.end();
      const isLate = error !== null && error !== undefined && limit.signal.aborted;
      const failure = isLate ? new EngineTimeout(limit.totalMs()) : error;
      recordSocket(failure, modem.socketPath);
      done(failure, response);
    });
  };
  return docker;
}
