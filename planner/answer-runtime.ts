import type { Socket } from 'node:net';
import type { Janitor } from './janitor.ts';
import { encodeRefusal } from './base/plan.ts';
import { isOneWay, parseRequest, requestLength, requestLimit, type PlannerRequest } from './base/request.ts';

/** Idle time after which a runtime's connection is closed, ms. */
const requestTimeout = 10_000;

export interface RequestHandler {
  readonly janitor: Pick<Janitor, 'beginRequest' | 'endRequest'>;
  /**
   * Resolves when the planner has checked what an earlier one left; rejects when it cannot start.
   */
  readonly initialScan: Promise<void>;
  readonly answer: (request: PlannerRequest) => Promise<Buffer>;
  /** How long a create waits for the initial scan, ms; less than the runtime waits for a reply. */
  readonly scanTimeoutMs?: number;
}

/**
 * Reads a runtime's requests and answers them in order, once the initial scan is done. One-way requests get
 * no reply; after the first reply our side of the connection is closed. The runtime's side stays open until
 * it exits, which ends its requests at the janitor. Every failure is an error to the runtime, never an empty
 * plan. A create is refused when the initial scan takes longer than `scanTimeoutMs`: leftovers of an earlier
 * engine may hang for ever.
 */
export function answerRuntime(
  socket: Socket,
  { janitor, initialScan, answer, scanTimeoutMs = 20_000 }: RequestHandler,
): void {
  let bytes = Buffer.alloc(0);
  // 'none': the initial scan failed, so there is no planner.
  let planner: 'scanning' | 'ready' | 'none' = 'scanning';
  let done = initialScan.then(
    () => {
      planner = 'ready';
    },
    () => {
      planner = 'none';
      socket.destroy();
    },
  );
  const received: PlannerRequest[] = [];
  let isParseable = true;
  socket.once('close', () => {
    void done.then(() => {
      for (const { id } of received) janitor.endRequest(id);
    });
  });

  const reply = (message: Buffer) => {
    if (socket.writable) socket.end(message);
  };
  const enqueue = (message: Buffer) => {
    socket.setTimeout(0);
    const request = parseRequest(message);
    isParseable = request !== null;
    let refused = false;
    const timer =
      request?.verb === 'create' && planner === 'scanning'
        ? setTimeout(() => {
            refused = true;
            reply(
              encodeRefusal(
                'the planner is still clearing up what an earlier run of the engine left, ' +
                  'mounts that do not come off among it; try again in a minute, ' +
                  "and see the planner's log if it stays so",
              ),
            );
          }, scanTimeoutMs)
        : undefined;
    done = done.then(async () => {
      clearTimeout(timer);
      if (planner === 'none' || refused) return;
      if (request === null) {
        reply(
          encodeRefusal(
            'the planner does not understand the runtime: they are of different versions; restart the engine',
          ),
        );
        return;
      }
      received.push(request);
      await janitor.beginRequest(request);
      const response = await answer(request);
      if (!isOneWay(request)) reply(response);
    });
  };
  socket.setTimeout(requestTimeout, () => {
    socket.destroy();
  });
  socket.on('error', () => {
    socket.destroy();
  });
  socket.on('data', (chunk: Buffer) => {
    if (!isParseable) return;
    bytes = Buffer.concat([bytes, chunk]);
    for (let length = requestLength(bytes); isParseable && length !== null; length = requestLength(bytes)) {
      enqueue(bytes.subarray(0, length));
      bytes = bytes.subarray(length);
    }
    if (bytes.length > requestLimit) socket.destroy();
  });
  socket.on('end', () => {
    if (isParseable && (bytes.length > 0 || socket.bytesRead === 0)) enqueue(bytes);
    void done.then(() => {
      socket.end();
    });
  });
}
