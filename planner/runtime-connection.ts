import type { Socket } from 'node:net';
import { message, type Message } from '../shared/messages/message.ts';
import { slowness } from '../engine/base/machine-speed.ts';
import { startLimit } from '../shared/process/scaled-limit.ts';
import { usualLimits } from '../shared/process/time-limits.ts';
import type { Janitor } from './janitor.ts';
import { isOneWay, parseRequest, requestLength, requestLimit, type PlannerRequest } from './base/request.ts';

/** Idle time after which a runtime's connection is closed, ms. */
const requestTimeout = 10_000;

export interface RequestHandler {
  readonly janitor: Pick<Janitor, 'beginRequest' | 'endRequest'>;
  /** Resolves when the planner has finished the initial scan; rejects when it cannot start. */
  readonly initialScan: Promise<void>;
  readonly handle: (request: PlannerRequest) => Promise<Buffer>;
  /** The response that refuses for this reason, in the language of refusals; never rejects. */
  readonly encodeRefusal: (reason: Message) => Promise<Buffer>;
  /** How long a create waits for the initial scan, ms; default `plannerScan`, longer on a slow machine. */
  readonly scanTimeoutMs?: number;
}

/**
 * Reads a runtime's requests and replies in order, once the initial scan is done. One-way requests get no
 * reply; after the first reply our side of the connection is closed. The runtime's side stays open until it
 * exits, which ends its requests in the janitor. Every failure is an error to the runtime, never an empty
 * plan. A create is refused when the initial scan takes longer than `scanTimeoutMs`: leftovers of an earlier
 * engine may hang forever.
 */
export function serveRuntime(socket: Socket, handler: RequestHandler): void {
  new RuntimeConnection(socket, handler).serve();
}

class RuntimeConnection {
  readonly #socket: Socket;
  readonly #handler: RequestHandler;
  readonly #received: PlannerRequest[] = [];
  #bytes = Buffer.alloc(0);
  #isParseable = true;
  /** `none`: the initial scan failed, so there is no planner. */
  #planner: 'scanning' | 'ready' | 'none' = 'scanning';
  /** Resolves when all requests received so far are handled. */
  #done: Promise<void>;

  constructor(socket: Socket, handler: RequestHandler) {
    this.#socket = socket;
    this.#handler = handler;
    this.#done = handler.initialScan.then(
      () => {
        this.#planner = 'ready';
      },
      () => {
        this.#planner = 'none';
        socket.destroy();
      },
    );
  }

  serve(): void {
    const socket = this.#socket;
    socket.setTimeout(requestTimeout, () => {
      socket.destroy();
    });
    socket.on('error', () => {
      socket.destroy();
    });
    socket.on('data', (chunk: Buffer) => {
      this.#receive(chunk);
    });
    socket.on('end', () => {
      if (this.#isParseable && (this.#bytes.length > 0 || socket.bytesRead === 0)) this.#enqueue(this.#bytes);
      void this.#done.then(() => {
        socket.end();
      });
    });
    socket.once('close', () => {
      void this.#done.then(() => {
        for (const { id } of this.#received) this.#handler.janitor.endRequest(id);
      });
    });
  }

  #receive(chunk: Buffer): void {
    if (!this.#isParseable) return;
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    let length = requestLength(this.#bytes);
    while (this.#isParseable && length !== null) {
      this.#enqueue(this.#bytes.subarray(0, length));
      this.#bytes = this.#bytes.subarray(length);
      length = requestLength(this.#bytes);
    }
    if (this.#bytes.length > requestLimit) this.#socket.destroy();
  }

  #enqueue(bytes: Buffer): void {
    this.#socket.setTimeout(0);
    const request = parseRequest(bytes);
    this.#isParseable = request !== null;
    let refusal: Promise<void> | null = null;
    const limit =
      request?.verb === 'create' && this.#planner === 'scanning'
        ? startLimit(this.#handler.scanTimeoutMs ?? usualLimits.plannerScan, slowness)
        : null;
    limit?.signal.addEventListener('abort', () => {
      refusal = this.#refuse(message('planner-refusals.scan-takes-long'));
    });
    this.#done = this.#done.then(async () => {
      limit?.end();
      if (refusal !== null) await refusal;
      else if (this.#planner !== 'none') await this.#handle(request);
    });
  }

  /** Null: a request that could not be parsed. */
  async #handle(request: PlannerRequest | null): Promise<void> {
    if (request === null) {
      await this.#refuse(message('planner-refusals.versions-differ'));
      return;
    }
    this.#received.push(request);
    await this.#handler.janitor.beginRequest(request);
    const response = await this.#handler.handle(request);
    if (!isOneWay(request)) this.#reply(response);
  }

  async #refuse(reason: Message): Promise<void> {
    this.#reply(await this.#handler.encodeRefusal(reason));
  }

  #reply(response: Buffer): void {
    if (this.#socket.writable) this.#socket.end(response);
  }
}
