import pLimit, { type LimitFunction } from 'p-limit';
import { Agent, request, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { countParsedBytes } from '../base/minor-gc.ts';
import { EngineTimeout, EngineUnreachable } from './engine-facts.ts';

const maxAnswerBytes = 16 * 1024 * 1024;
/**
 * The rest of a longer answer is read when no other long one is: parsed, it takes several times its length.
 * The answer about a container with every port published has 5 MB.
 */
const largeAnswerBytes = 256 * 1024;
/**
 * From the question to the end of its response, ms. An engine that is starting a container answers nothing
 * about it until it runs.
 */
const answerLimitMs = 30_000;

/** Requests to the engine over connections of the gateway's own. */
export interface EngineClient {
  /**
   * One request; the caller ends it. It fails when its time is over. A copy has no time limit
   * (`limited: false`): the engine would still begin it after nobody waits for it any more (root-guard.ts).
   */
  open(
    options: RequestOptions,
    rejected: (error: EngineUnreachable) => void,
    answered: (res: IncomingMessage) => void,
    limited?: boolean,
  ): ClientRequest;
  /**
   * The JSON of a response; null for a 404. Posts where there is a body to post. Rejects with
   * EngineUnreachable.
   */
  fetchJson(path: string, post?: string | null): Promise<unknown>;
  close(): void;
}

/**
 * Opens as many connections as there are requests: a container can keep the engine from answering every
 * request about it, and no other request may wait for those. `perRequestCache` bounds them for each client
 * request.
 */
export function createEngineClient(engineSocket: string, limitMs = answerLimitMs): EngineClient {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 4 });
  const largeAnswers = pLimit(1);

  const open = (
    options: RequestOptions,
    rejected: (error: EngineUnreachable) => void,
    answered: (res: IncomingMessage) => void,
    limited = true,
  ): ClientRequest => {
    let late = false;
    const failed = (error: Error) => {
      rejected(late ? new EngineTimeout(limitMs) : new EngineUnreachable(error.message));
    };
    const req = request(
      { socketPath: engineSocket, agent, ...options, headers: { Host: 'docker', ...options.headers } },
      (res) => {
        res.on('error', failed);
        answered(res);
      },
    );
    if (limited) {
      const timer = setTimeout(() => {
        late = true;
        req.destroy(new Error('too late'));
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
        readJson(req, res, path, largeAnswers).then(resolve, reject);
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
  largeAnswers: LimitFunction,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    let isLarge = false;
    res.on('data', (part: Buffer) => {
      size += part.length;
      if (size > maxAnswerBytes) req.destroy(new Error("the engine's answer is too long"));
      else parts.push(part);
      if (isLarge || size <= largeAnswerBytes) return;
      isLarge = true;
      res.pause();
      void largeAnswers(() =>
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
      let answer: unknown;
      try {
        answer = JSON.parse(Buffer.concat(parts).toString('utf8'));
      } catch {
        reject(new EngineUnreachable("the engine's answer is not JSON"));
        return;
      }
      resolve(answer);
    });
  });
}

/** Reads on; resolves after `onClose`, at once where the response has been given up already. */
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
