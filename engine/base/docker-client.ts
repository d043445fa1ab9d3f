import type { Agent } from 'node:http';
import Docker from 'dockerode';
import { fail, type AppError, type Err } from '../../shared/result.ts';
import { systemCode } from '../../shared/process/system-code.ts';
import { message, type Message } from '../../shared/messages/message.ts';
import { startHint } from './engine-command.ts';
import { EngineTimeout, limitRequests, socketOf } from './request-limits.ts';

/**
 * A client of the Docker API on a unix socket. Connects on each call; nothing to close. Every request has a
 * limit (`requestLimitMs`): one container may block the engine's response, possibly forever. `readMs` is for
 * plain reads.
 */
export function dockerClient(socketPath: string, readMs?: number): Docker {
  return limitRequests(new Docker({ socketPath }), readMs);
}

/** The same over connections that `agent` makes. */
export function dockerClientOver(socketPath: string, agent: Agent): Docker {
  // The client's options accept an agent; its types declare only those of HTTP.
  return limitRequests(new Docker({ socketPath, agent } as Docker.DockerOptions));
}

/** HTTP status of an engine's refusal; null if the engine wasn't reached. */
export function statusOf(error: unknown): number | null {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : null;
}

/** The engine's own message for a refusal: its JSON `message`, else the error's. */
export function engineMessage(error: unknown): string {
  if (
    error instanceof Error &&
    'json' in error &&
    typeof error.json === 'object' &&
    error.json !== null &&
    'message' in error.json &&
    typeof error.json.message === 'string'
  )
    return error.json.message;
  return error instanceof Error ? error.message : String(error);
}

/** Why a call failed, for users: a sentence if it is this program's, else the engine's own message. */
export function engineReason(error: unknown): string | Message {
  if (error instanceof EngineTimeout) return error.sentence;
  const socket = missingSocket(error);
  return socket === null ? engineMessage(error) : message('engine.no-socket', { socket });
}

/** The socket that a call did not find: an engine that does not run has none. Null for other errors. */
function missingSocket(error: unknown): string | null {
  if (systemCode(error) !== 'ENOENT' || !(error instanceof Error)) return null;
  // connect(2) names it `address`, and stat(2) before it `path`.
  if ('address' in error && typeof error.address === 'string') return error.address;
  return 'path' in error && typeof error.path === 'string' ? error.path : null;
}

/**
 * A failed call as an AppError, `what` being the sentence on the failed operation: `engine.unreachable` if
 * there was no response (or a 503 from the gateway), `engine.request-failed` otherwise.
 */
export function requestFailure(what: Message, error: unknown): Err<AppError> {
  const status = statusOf(error);
  if (systemCode(error) === 'EACCES') {
    return fail('engine.unreachable', message('engine.socket-not-permitted', { what }), {
      reason: engineReason(error),
      hint: message('engine.join-docker-group'),
    });
  }
  if (error instanceof EngineTimeout) {
    return fail('engine.unreachable', message('engine.no-response-in-time', { what }), {
      reason: engineReason(error),
      hint: message('engine.find-blocking-container'),
    });
  }
  if (status === null || status === 503) {
    return fail('engine.unreachable', message('engine.no-response', { what }), {
      reason: engineReason(error),
      hint: startHint(socketOf(error)),
    });
  }
  return fail('engine.request-failed', what, { reason: engineReason(error), params: { status } });
}
