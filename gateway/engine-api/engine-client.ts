import pLimit, { type LimitFunction } from 'p-limit';
import { Agent, request, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { countParsedBytes } from '../base/garbage-collection.ts';
import { unscaledLimits } from '../../shared/process/time-limits.ts';
import { EngineTimeout, EngineUnreachable } from './engine-facts.ts';

const maxResponseBytes = 16 * 1024 * 1024;
/**
 * Responses longer than this are read and parsed one at a time: parsed, they take several times their length.
 * The inspect of a container with every port published has 5 MB.
 */
const largeResponseBytes = 256 * 1024;

/** Requests to the engine over connections of the gateway's own. */
export interface EngineClient {
  /**
   * One request; the caller ends it. It fails after `limitMs`, or the client's timeout. A copy has none
   * (null): the engine would still begin it after the gateway has given up (root-guard.ts).
   */
  open(
    options: RequestOptions,
    onError: (error: EngineUnreachable) => void,
    onResponse: (res: IncomingMessage) => void,
    limitMs?: number | null,
  ): ClientRequest;
  /**
   * The JSON of a response; null for a 404. Posts where there is a body to post. Rejects with
   * EngineUnreachable.
   */
  fetchJson(path: string, post?: string | null): Promise<unknown>;
  close(): void;
}

/**
 * Opens as many connections as there are requests: a container can block every request about it, and no other
 * request may wait for those. `perRequestCache` bounds them for each client request.
 */
export function createEngineClient(
  engineSocket: string,
  timeoutMs: number = unscaledLimits.engineLookup,
): EngineClient {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 4 });
  const largeResponses = pLimit(1);

  const open = (
    options: RequestOptions,
    onError: (error: EngineUnreachable) => void,
    onResponse: (res: IncomingMessage) => void,
    limitMs: number | null = timeoutMs,
  ): ClientRequest => {
    let timeout: EngineTimeout | null = null;
    const failed = (error: Error) => {
      onError(timeout ?? new EngineUnreachable(error.message));
    };
    const req = request(
      { socketPath: engineSocket, agent, ...options, headers: { Host: 'docker', ...options.headers } },
      (res) => {
        res.on('error', failed);
        onResponse(res);
      },
    );
    if (limitMs !== null) {
      const timer = setTimeout(() => {
        timeout = new EngineTimeout(limitMs);
        req.destroy(timeout);
      }, limitMs);
      req.on('close', () => {
        clearTimeout(timer);
      });
    }
    req.on('error', failed);
    return req;
  };

  const fetchJson = (path: string, post: string | null = null): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const content =
        post === null
          ? {}
          : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(post) };
      const req = open({ path, method: post === null ? 'GET' : 'POST', headers: content }, reject, (res) => {
        readJson(req, res, path, largeResponses).then(resolve, reject);
      });
      req.end(post ?? undefined);
    });

  return {
    open,
    fetchJson,
    close: () => {
      agent.destroy();
    },
  };
}

/**
 * The JSON of a response; null for a 404. Parsing several long responses at once would take too much memory:
 * they take turns. The time limit of a request ends one that hangs.
 */
function readJson(
  req: ClientRequest,
  res: IncomingMessage,
  path: string,
  largeResponses: LimitFunction,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    let isLarge = false;
    res.on('data', (part: Buffer) => {
      size += part.length;
      if (size > maxResponseBytes) req.destroy(new Error("the engine's response is too long"));
      else parts.push(part);
      if (isLarge || size <= largeResponseBytes) return;
      isLarge = true;
      res.pause();
      void largeResponses(() =>
        resumeUntilClosed(res, () => {
          // Parsed values are garbage when the turn ends, except for what is taken from them.
          countParsedBytes(size);
        }),
      );
    });
    res.on('end', () => {
      const status = res.statusCode ?? 0;
      if (status === 404) {
        resolve(null);
        return;
      }
      if (status !== 200 && status !== 201) {
        reject(new EngineUnreachable(`the engine answered ${status} to ${path}`));
        return;
      }
      let value: unknown;
      try {
        value = JSON.parse(Buffer.concat(parts).toString('utf8'));
      } catch {
        reject(new EngineUnreachable("the engine's response is not JSON"));
        return;
      }
      resolve(value);
    });
  });
}

/** Resumes a response; resolves after `onClose`, or at once where the response was aborted before. */
function resumeUntilClosed(res: IncomingMessage, onClose: () => void): Promise<void> {
  return new Promise((resolve) => {
    if (res.destroyed) {
      resolve();
      return;
    }
    res.once('close', () => {
      onClose();
      resolve();
    });
    res.resume();
  });
}
