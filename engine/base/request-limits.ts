import type Docker from 'dockerode';
import { message, type Message } from '../../shared/messages/message.ts';
import { abortEither } from './abort-either.ts';
import { slowness } from './machine-speed.ts';
import { usualLimits } from './time-limits.ts';

const minute = 60_000;
/** For requests whose length no one knows: content that is sent or made (commit, pull, load, build). */
const contentLimitMs = 30 * minute;
/** What the engine itself needs for a container besides the time that the container gets to end, ms. */
const stopMarginMs = 30_000;

/** The engine took a request and did not answer it in time. `code` is what the system calls it. */
export class EngineTimeout extends Error {
  readonly code = 'ETIMEDOUT';
  readonly sentence: Message;

  constructor(limitMs: number) {
    const sentence = message('engine.engine-did-not-answer-within-s', { seconds: limitMs / 1000 });
    super(sentence.text);
    this.sentence = sentence;
  }
}

/** What of a request decides how long it may take. */
export interface LimitedRequest {
  readonly method: string;
  /** Path as dockerode has it: without the version, a query or its "?" at the end. */
  readonly path: string;
  /** Parameters and body, as the caller gave them. */
  readonly options?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * How long the engine may take to answer a request, ms: to the end of the response, for a stream to its
 * beginning. Null: whoever asks waits for something of the container's own, and limits it. `readMs` is for
 * plain reads.
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
    // Without a time of the request's own the container's counts, which may be any.
    return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 + stopMarginMs : 10 * minute;
  }
  if (/^\/(?:commit|build|images\/(?:create|load)|images\/.+\/push)$/.test(plain) || action === 'archive')
    return contentLimitMs;
  if (action === 'start' || plain === '/containers/create' || method === 'DELETE') return 2 * minute;
  return minute;
}

/** A request as dockerode hands it to its modem. */
interface DialedRequest extends LimitedRequest {
  abortSignal?: AbortSignal | undefined;
}
type Dialed = (error: unknown, response: unknown) => void;

/**
 * Gives every request of a client its limit, beside whatever signal the caller passes. The one place where
 * that happens. The usual limits are longer on a slow machine; with `readMs` for plain reads, they are not.
 */
export function limitRequests(docker: Docker, readMs?: number, measure = slowness): Docker {
  const factor = readMs === undefined ? measure : () => Promise.resolve(1);
  // Its types leave the modem out, which every request goes through.
  const modem = docker.modem as { dial(request: DialedRequest, done: Dialed): void };
  const dial = modem.dial.bind(modem);
  modem.dial = (request, done) => {
    const limitMs = requestLimitMs(request, readMs);
    if (limitMs === null) {
      dial(request, done);
      return;
    }
    const limit = startLimit(limitMs, factor);
    const given = request.abortSignal;
    const abortSignal = given === undefined ? limit.signal : abortEither(given, limit.signal);
    dial({ ...request, abortSignal }, (error, response) => {
      limit.end();
      const isLate = error !== null && error !== undefined && limit.signal.aborted;
      done(isLate ? new EngineTimeout(limit.totalMs()) : error, response);
    });
  };
  return docker;
}

/**
 * A signal that aborts after `usualMs`, or as many times later as this machine is slower than usual. That is
 * measured only once the usual time is over, so that it costs a quick request nothing.
 */
function startLimit(usualMs: number, slownessNow: () => Promise<number>) {
  const controller = new AbortController();
  let totalMs = usualMs;
  let ended = false;
  const abort = (): void => {
    controller.abort();
  };
  let timer = setTimeout(() => {
    void slownessNow().then((factor) => {
      if (ended) return;
      totalMs = Math.round(usualMs * factor);
      timer = setTimeout(abort, totalMs - usualMs);
    });
  }, usualMs);
  return {
    signal: controller.signal,
    totalMs: () => totalMs,
    end: () => {
      ended = true;
      clearTimeout(timer);
    },
  };
}
