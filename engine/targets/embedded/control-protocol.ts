import * as z from 'zod';
import { engineProgressSchema } from '../../../shared/engine-status/progress.ts';
import { engineStateSchema } from './engine-state.ts';

/**
 * The protocol of the supervisor's control socket, `DIR/control.sock`: one JSON object a line in both
 * directions. Requests of one connection are answered in their order, each with one `reply` or `error`. A
 * subscriber also gets a `state` whenever the state changes, the newest alone if it reads slowly. The
 * supervisor closes the connections as the last thing it does.
 */
export const controlProtocol = 1;

/**
 * Maximum length of a request with its line end, in bytes: longer ones are refused, and their connection is
 * closed.
 */
export const maxRequestBytes = 4096;
/** The maximum that a client accepts. A state contains two error texts made of lines of dockerd's log. */
export const maxMessageBytes = 1024 * 1024;

/**
 * `status`: the state. `subscribe`: the state, and each that follows. `restart`: restarts dockerd and planner
 * under the configuration on disk, as SIGHUP does; the reply's generation is the one before. Its `timeoutMs`
 * is how long the client waits: the limits of its parts follow it. `reload`: has dockerd read the
 * configuration on disk again, without a restart; the reply comes when it has. `stop`: ends everything, as
 * SIGTERM does.
 */
const controlRequests = ['status', 'subscribe', 'restart', 'reload', 'stop'] as const;
export type ControlRequest = (typeof controlRequests)[number];

/**
 * `bad-request`: no JSON object of this form. `stopping`: the supervisor is ending, and takes no `restart`
 * and no `reload` any more. `reload-failed`: dockerd has the configuration of before.
 */
const controlErrorCodes = [
  'bad-request',
  'request-too-long',
  'unsupported-protocol',
  'unknown-request',
  'stopping',
  'reload-failed',
] as const;
export type ControlErrorCode = (typeof controlErrorCodes)[number];

/** What the supervisor records on disk, and the current step; null between steps. */
const supervisorStateSchema = engineStateSchema.extend({ progress: engineProgressSchema.nullable() });
export type SupervisorState = z.infer<typeof supervisorStateSchema>;

const protocol = z.literal(controlProtocol);

const controlMessageSchema = z.discriminatedUnion('type', [
  z.object({
    protocol,
    type: z.literal('reply'),
    request: z.enum(controlRequests),
    state: supervisorStateSchema,
  }),
  z.object({
    protocol,
    type: z.literal('error'),
    code: z.enum(controlErrorCodes),
    message: z.string(),
  }),
  z.object({ protocol, type: z.literal('state'), state: supervisorStateSchema }),
]);
export type ControlMessage = z.infer<typeof controlMessageSchema>;

const envelopeSchema = z.object({ protocol: z.unknown().optional(), request: z.unknown().optional() });
/** Strict: an unknown member is refused, not ignored. */
const requestSchema = z.union([
  z.strictObject({ protocol, request: z.literal('restart'), timeoutMs: z.number().positive().optional() }),
  z.strictObject({ protocol, request: z.enum(controlRequests) }),
]);

/** A parsed request. */
export interface ControlCall {
  readonly request: ControlRequest;
  /** How long the client of a `restart` waits, ms; null if not given. */
  readonly timeoutMs: number | null;
}

export interface RefusedRequest {
  readonly code: ControlErrorCode;
  readonly message: string;
}

/** Parses a client's line: the request, or why it is refused. */
export function parseRequest(line: string): ControlCall | RefusedRequest {
  const value = parseJson(line);
  const envelope = envelopeSchema.safeParse(value);
  if (!envelope.success) return { code: 'bad-request', message: 'a request is one JSON object on a line' };
  if (envelope.data.protocol !== controlProtocol)
    return {
      code: 'unsupported-protocol',
      message: `this supervisor has protocol ${controlProtocol} alone: { "protocol": ${controlProtocol}, … }`,
    };
  const request = requestSchema.safeParse(value);
  if (request.success)
    return {
      request: request.data.request,
      timeoutMs: 'timeoutMs' in request.data ? (request.data.timeoutMs ?? null) : null,
    };
  const known = controlRequests.some((name) => name === envelope.data.request);
  return known
    ? {
        code: 'bad-request',
        message: 'a request has the members protocol and request alone, a restart timeoutMs as well',
      }
    : { code: 'unknown-request', message: `requests are ${controlRequests.join(', ')}` };
}

/** `timeoutMs` only with `restart`. */
export function formatRequest(request: ControlRequest, timeoutMs?: number): string {
  return `${JSON.stringify({ protocol: controlProtocol, request, timeoutMs })}\n`;
}

/** Parses a line from the supervisor; null if it is not a message of this protocol. */
export function parseMessage(line: string): ControlMessage | null {
  const message = controlMessageSchema.safeParse(parseJson(line));
  return message.success ? message.data : null;
}

export function formatMessage(message: ControlMessage): string {
  return `${JSON.stringify(message)}\n`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Splits a stream of bytes into lines without their ends, and never retains more than `maxBytes`. */
export class LineSplitter {
  readonly #maxBytes: number;
  #rest = Buffer.alloc(0);

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * The lines that `bytes` complete, in order; `tooLong` when a line has more than `maxBytes` with its end.
   * Nothing may be pushed after that.
   */
  push(bytes: Buffer): { readonly lines: string[]; readonly tooLong: boolean } {
    const lines: string[] = [];
    let text = Buffer.concat([this.#rest, bytes]);
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      if (end >= this.#maxBytes) return { lines, tooLong: true };
      lines.push(text.subarray(0, end).toString('utf8'));
      text = text.subarray(end + 1);
    }
    const tooLong = text.length >= this.#maxBytes;
    this.#rest = tooLong ? Buffer.alloc(0) : text;
    return { lines, tooLong };
  }
}
