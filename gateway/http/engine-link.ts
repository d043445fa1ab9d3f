import { connect, type Socket } from 'node:net';
import { SendBuffer } from './send-buffer.ts';
import { canWriteMore } from './message/socket-flow.ts';
import {
  detachReading,
  detachWriting,
  type DetachedReadHandle,
  type DetachedWriteHandle,
} from './splice/detached-handles.ts';
import { countReadBytes } from '../base/garbage-collection.ts';

/** Events of the engine connection. */
export interface EngineEvents {
  readonly bytes: (bytes: Buffer) => void;
  /** The engine's FIN, or the end of the connection. */
  readonly end: () => void;
  readonly error: (error: NodeJS.ErrnoException) => void;
  /** The write buffer is empty again. */
  readonly drain: () => void;
}

/** How long the response of an engine that rejects the body is still read, ms. */
const drainTimeoutMs = 10_000;

/** A body shorter than this is copied behind its head: one write is cheaper than two. */
const inlineBodyBytes = 16 * 1024;

/**
 * The one engine connection of a client connection: opened when first needed, and again after the engine has
 * closed it.
 */
export class EngineLink {
  readonly #path: string;
  readonly #events: EngineEvents;
  #socket: Socket | null = null;
  #listeners: Listeners = {};
  #ended = false;
  #sendBuffer = new SendBuffer();
  /** Called when the engine is done with the current request. */
  #settled: (() => void) | null = null;
  /** The engine has begun its final response to that request, or switched protocols. */
  #hasResponded = false;

  constructor(path: string, events: EngineEvents) {
    this.#path = path;
    this.#events = events;
  }

  /** There is a connection (it may be ended on the engine's side). */
  get isConnected(): boolean {
    return this.#socket !== null;
  }
  get ended(): boolean {
    return this.#ended;
  }
  /** A `settled` callback is pending for the current request. */
  get isAwaited(): boolean {
    return this.#settled !== null;
  }
  get destroyed(): boolean {
    return this.#socket === null || this.#socket.destroyed;
  }

  /**
   * Makes sure that there is a connection a request can be written to: a new one with `own`. `settled` is
   * called once the engine is done with that request (see `Verdict`).
   */
  open({ own = false, settled }: { readonly own?: boolean; readonly settled?: () => void } = {}): void {
    this.settle();
    this.#settled = settled ?? null;
    this.#hasResponded = false;
    if (!own && this.#socket !== null && !this.#ended && this.#socket.writable) return;
    this.#socket?.destroy();
    const socket = connect({ path: this.#path, allowHalfOpen: true });
    this.#socket = socket;
    this.#sendBuffer = new SendBuffer();
    this.#ended = false;
    // Events of a replaced or dropped socket are ignored.
    const isCurrent = () => this.#socket === socket;
    this.#listeners = {
      data: (bytes: Buffer) => {
        countReadBytes(bytes.length);
        if (!isCurrent()) return;
        if (!isContinue(bytes)) this.#hasResponded = true;
        this.#events.bytes(bytes);
      },
      end: () => {
        if (isCurrent()) this.#end();
      },
      drain: () => {
        if (isCurrent()) this.#events.drain();
      },
      error: (error: NodeJS.ErrnoException) => {
        if (isCurrent()) this.#events.error(error);
      },
      close: () => {
        if (isCurrent()) this.#end();
      },
    };
    listen(socket, this.#listeners);
  }

  #end(): void {
    this.#ended = true;
    this.#events.end();
    this.settle();
  }

  /** The engine has completed its response to the current request. */
  settle(): void {
    const settled = this.#settled;
    this.#settled = null;
    settled?.();
  }

  /**
   * False when the caller should wait for `drain`. True without a connection: there is nothing to wait for.
   * `sent`: called when `bytes` are no longer needed.
   */
  write(bytes: Buffer, sent?: () => void): boolean {
    if (this.#socket === null) return true;
    this.#sendBuffer.count(this.#socket, bytes.length);
    this.#socket.write(bytes, sent);
    return canWriteMore(this.#socket);
  }
  /** As one write. */
  writeAll(parts: readonly Buffer[]): boolean {
    const socket = this.#socket;
    if (socket === null) return true;
    socket.cork();
    for (const part of parts) {
      this.#sendBuffer.count(socket, part.length);
      socket.write(part);
    }
    socket.uncork();
    return canWriteMore(socket);
  }
  detachReading(): DetachedReadHandle | null {
    return this.#socket === null || this.#ended ? null : detachReading(this.#socket);
  }
  detachWriting(): DetachedWriteHandle | null {
    if (this.#socket === null) return null;
    this.#sendBuffer.count(this.#socket, Infinity);
    return detachWriting(this.#socket, drainTimeoutMs);
  }
  /** Writes a request head, and its body if any. */
  writeHead(head: string, body: Buffer | undefined): void {
    if (body === undefined || body.length === 0) this.#socket?.write(head, 'latin1');
    else if (body.length < inlineBodyBytes)
      this.#socket?.write(Buffer.concat([Buffer.from(head, 'latin1'), body]));
    else this.writeAll([Buffer.from(head, 'latin1'), body]);
  }
  cork(): void {
    this.#socket?.cork();
  }
  uncork(): void {
    this.#socket?.uncork();
  }
  end(): void {
    this.#socket?.end();
  }
  pause(): void {
    this.#socket?.pause();
  }
  resume(): void {
    this.#socket?.resume();
  }

  /**
   * Ends the connection at once without an event. With a pending `settled` callback it stays half open until
   * the engine has begun its final response.
   */
  drop(): void {
    const settled = this.#settled;
    const socket = this.#socket;
    this.#socket = null;
    this.#settled = null;
    if (settled === null || this.#hasResponded || socket === null || socket.destroyed) {
      socket?.destroy();
      settled?.();
      return;
    }
    detachListeners(socket, this.#listeners);
    awaitResponse(socket, settled);
  }

  /** Releases the connection: paused, without our listeners. Null without one. */
  release(): Socket | null {
    const socket = this.#socket;
    this.#socket = null;
    this.settle();
    if (socket !== null) detachListeners(socket, this.#listeners);
    return socket;
  }
}

/**
 * Sends FIN, and calls `settled` once the engine has begun its final response or has closed the connection.
 */
function awaitResponse(socket: Socket, settled: () => void): void {
  socket.on('data', (bytes: Buffer) => {
    if (!isContinue(bytes)) socket.destroy();
  });
  socket.once('end', () => {
    socket.destroy();
  });
  socket.once('close', settled);
  socket.end();
  socket.resume();
}

/** Nothing but an interim "100 Continue". */
function isContinue(bytes: Buffer): boolean {
  if (bytes.toString('latin1', 0, continueStart.length) !== continueStart) return false;
  const end = bytes.indexOf('\r\n\r\n');
  return end < 0 || end + 4 === bytes.length;
}

const continueStart = 'HTTP/1.1 100';

/** Our listeners on a socket, by event. */
export interface Listeners {
  readonly data?: (bytes: Buffer) => void;
  readonly end?: () => void;
  readonly drain?: () => void;
  readonly error?: (error: NodeJS.ErrnoException) => void;
  readonly close?: () => void;
}

export function listen(socket: Socket, listeners: Listeners): void {
  for (const [event, listener] of Object.entries(listeners)) socket.on(event, listener);
}

/**
 * Pauses a socket and removes our listeners (not Node's own); an error must not end the process before the
 * new owner listens.
 */
export function detachListeners(socket: Socket, listeners: Listeners): void {
  socket.pause();
  socket.on('error', () => undefined);
  for (const [event, listener] of Object.entries(listeners)) socket.off(event, listener);
}
