import type { Socket } from 'node:net';
import type { Janitor } from './janitor.ts';
import { encodeRefusal } from './plan.ts';
import { isOneWay, parseRequest, requestLength, requestLimit, type PlannerRequest } from './request.ts';

/** A runtime that says nothing for this long is hung up on, ms. */
const requestTimeout = 10_000;

export interface RequestHandler {
  readonly janitor: Pick<Janitor, 'beginRequest' | 'endRequest'>;
  /**
   * Resolves when the planner has looked at what an earlier one left; rejects when there will be no planner.
   */
  readonly looked: Promise<void>;
  readonly answer: (request: PlannerRequest) => Promise<Buffer>;
  /** How long a create waits for the look, ms; less than the runtime waits for an answer. */
  readonly lookPatience?: number;
}

/**
 * Reads a runtime's requests and answers them one after the other, once everything was looked at. What it
 * only tells gets no answer; with the first answer our side is closed. The runtime's stays open until it
 * ends: the janitor is told. Whatever goes wrong, the runtime gets an error, never an empty plan. A create
 * that waits for the look longer than a person would is refused: what an earlier engine left may hang for
 * ever.
 */
export function answerRuntime(
  socket: Socket,
  { janitor, looked, answer, lookPatience = 20_000 }: RequestHandler,
): void {
  let bytes = Buffer.alloc(0);
  // Where the look failed there is no planner.
  let planner: 'looking' | 'ready' | 'none' = 'looking';
  let done = looked.then(
    () => {
      planner = 'ready';
    },
    () => {
      planner = 'none';
      socket.destroy();
    },
  );
  const came: PlannerRequest[] = [];
  let understood = true;
  socket.once('close', () => {
    void done.then(() => {
      for (const { id } of came) janitor.endRequest(id);
    });
  });

  const reply = (words: Buffer) => {
    if (socket.writable) socket.end(words);
  };
  const ask = (words: Buffer) => {
    socket.setTimeout(0);
    const request = parseRequest(words);
    understood = request !== null;
    let refused = false;
    const waits =
      request?.verb === 'create' && planner === 'looking'
        ? setTimeout(() => {
            refused = true;
            reply(
              encodeRefusal(
                "the planner is still clearing up what an earlier run of the engine left, mounts that do not come off among it; try again in a minute, and see the planner's log if it stays so",
              ),
            );
          }, lookPatience)
        : undefined;
    done = done.then(async () => {
      clearTimeout(waits);
      if (planner === 'none' || refused) return;
      if (request === null) {
        reply(
          encodeRefusal(
            'the planner does not understand the runtime: they are of different versions; restart the engine',
          ),
        );
        return;
      }
      came.push(request);
      await janitor.beginRequest(request);
      const answered = await answer(request);
      if (!isOneWay(request)) reply(answered);
    });
  };
  socket.setTimeout(requestTimeout, () => {
    socket.destroy();
  });
  socket.on('error', () => {
    socket.destroy();
  });
  socket.on('data', (chunk: Buffer) => {
    if (!understood) return;
    bytes = Buffer.concat([bytes, chunk]);
    for (let length = requestLength(bytes); understood && length !== null; length = requestLength(bytes)) {
      ask(bytes.subarray(0, length));
      bytes = bytes.subarray(length);
    }
    if (bytes.length > requestLimit) socket.destroy();
  });
  socket.on('end', () => {
    if (understood && (bytes.length > 0 || socket.bytesRead === 0)) ask(bytes);
    void done.then(() => {
      socket.end();
    });
  });
}
