import pLimit from 'p-limit';
import { Agent, request, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { countParsedBytes } from '../base/minor-gc.ts';
import { EngineTimeout, EngineUnreachable } from './engine-facts.ts';

const maxAnswerBytes = 16 * 1024 * 1024;
/**
 * Of a longer answer, the rest is read in turn: parsed it is several times as much. A container with every
 * port published has 5 MB of answer.
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
   * One question, to be ended by its caller; past its time it fails. A copy (`limited: false`) has none: the
   * engine would still begin with it when nobody waits any more (root-guard.ts).
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
 * Asks over connections of its own; as many as there are questions, since a container can keep the engine
 * from answering all that are about it, and nobody else's may wait for those. `perRequestCache` bounds them
 * for each request.
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
          // What is made of it is dead when the turn ends, but for what is taken from it. The time limit of a
          // question ends one that hangs.
          void largeAnswers(
            () =>
              new Promise<void>((over) => {
                if (res.destroyed) {
                  over();
                  return;
                }
                res.once('close', () => {
                  countParsedBytes(size);
                  over();
                });
                res.resume();
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
