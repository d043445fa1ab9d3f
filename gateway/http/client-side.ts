import type { Socket } from 'node:net';
import { detachListeners, listen, type Listeners } from './engine-link.ts';
import { SendBuffer } from './send-buffer.ts';
import { canWriteMore } from './message/socket-flow.ts';
import { unreadBytes } from './unread-bytes.ts';
import {
  detachReading,
  detachWriting,
  type DetachedReadHandle,
  type DetachedWriteHandle,
} from './splice/detached-handles.ts';
import { countReadBytes } from '../base/garbage-collection.ts';
import { hasUnread, isHungUp } from '../base/hung-up.ts';
import type { ConnectionSlot } from '../callers/connection-slot.ts';
import { peerCredentials, type PeerCredentials } from '../base/peer-credentials.ts';

const empty = Buffer.alloc(0);
/** Bytes of pipelined requests that are buffered during one; beyond that the socket is paused. */
const maxAhead = 256 * 1024;
/** How much a client may still send after its last response before the connection is cut. */
const discardBytes = 64 * 1024 * 1024;

/** How long a client may take to read its last response and to close. */
export const lingerLimits = {
  /** From when the kernel has the whole response to the client's FIN. */
  discardMs: 10_000,
  /**
   * Without the client reading a byte. Generous: its output, or its user, may have paused.
   */
  stalledMs: 5 * 60_000,
} as const;

/** Events of the client's socket. */
export interface ClientEvents {
  readonly bytes: (bytes: Buffer) => void;
  /** The client's FIN. */
  readonly end: () => void;
  readonly drain: () => void;
  /** The socket has closed, or its linger time is over. */
  readonly closed: () => void;
}

/** Accounts the client's buffered bytes to its user. */
export type BufferAccounting = Pick<ConnectionSlot, 'countBuffered' | 'isOverBufferLimit'>;

/** The client's socket with its received, unprocessed bytes. */
export class ClientSide {
  readonly #socket: Socket;
  readonly #events: ClientEvents;
  readonly #listeners: Listeners;
  readonly #accounting: BufferAccounting | null;
  #inbox: Buffer = empty;
  #ended = false;
  #lingering = false;
  readonly #sendBuffer = new SendBuffer();
  #discarded = 0;
  #lingerTimer: NodeJS.Timeout | null = null;
  #peer: PeerCredentials | null | undefined;

  constructor(socket: Socket, events: ClientEvents, accounting: BufferAccounting | null = null) {
    this.#accounting = accounting;
    this.#socket = socket;
    this.#events = events;
    this.#listeners = {
      data: (bytes: Buffer) => {
        countReadBytes(bytes.length);
        if (this.#lingering) this.#discard(bytes.length);
        else events.bytes(bytes);
      },
      end: () => {
        this.#ended = true;
        if (!this.#lingering) events.end();
        // It may still read the rest of its response.
        else if (socket.writableFinished) events.closed();
      },
      drain: events.drain,
      error: events.closed,
      close: events.closed,
    };
    listen(socket, this.#listeners);
  }

  /** Received bytes that were not taken yet. */
  get inbox(): Buffer {
    return this.#inbox;
  }
  /** The client has sent its FIN. */
  get ended(): boolean {
    return this.#ended;
  }
  /** The client has closed its socket entirely, not only its sending side. */
  get isClosedByClient(): boolean {
    return this.#socket.destroyed || isHungUp(this.#socket);
  }
  /** The kernel has unread bytes of the client. */
  get hasUnread(): boolean {
    return hasUnread(this.#socket);
  }
  /** The write buffer is full; `drain` follows. */
  get needsDrain(): boolean {
    return !canWriteMore(this.#socket);
  }
  get credentials(): PeerCredentials | null {
    if (this.#peer === undefined) this.#peer = peerCredentials(this.#socket);
    return this.#peer;
  }

  append(bytes: Buffer): void {
    this.#accounting?.countBuffered(bytes.length);
    this.#inbox = this.#inbox.length === 0 ? bytes : Buffer.concat([this.#inbox, bytes]);
  }
  /** Removes the first `count` bytes of the inbox and returns them. */
  take(count: number): Buffer {
    const all = this.#inbox;
    this.#accounting?.countBuffered(-count);
    if (count === all.length) {
      this.#inbox = empty;
      return all;
    }
    this.#inbox = all.subarray(count);
    return all.subarray(0, count);
  }

  /** False when the sender should wait for `drain`. `sent`: called when `bytes` are no longer needed. */
  write(bytes: Buffer, sent?: () => void): boolean {
    this.#sendBuffer.count(this.#socket, bytes.length);
    this.#socket.write(bytes, sent);
    return canWriteMore(this.#socket);
  }
  /** As one write. */
  writeAll(parts: readonly Buffer[]): boolean {
    this.#socket.cork();
    for (const part of parts) this.write(part);
    this.#socket.uncork();
    return canWriteMore(this.#socket);
  }
  /** Null where received bytes were not taken yet. */
  detachReading(): DetachedReadHandle | null {
    return this.#inbox.length > 0 || this.#ended ? null : detachReading(this.#socket);
  }
  detachWriting(): DetachedWriteHandle | null {
    this.#sendBuffer.count(this.#socket, Infinity);
    return detachWriting(this.#socket, 0);
  }
  /** Half-closes the connection to the client. */
  end(): void {
    this.#socket.end();
  }
  pause(): void {
    this.#socket.pause();
  }
  resume(): void {
    if (this.#socket.isPaused()) this.#socket.resume();
  }
  /** Pauses a client that sends too far ahead. */
  applyBackpressure(): void {
    if (this.#inbox.length > (this.#accounting?.isOverBufferLimit === true ? 0 : maxAhead))
      this.#socket.pause();
  }

  /**
   * Flushes the write buffer and `last`, sends FIN, then discards received bytes for a while: closing with
   * unread bytes would make many clients lose the response. `closed` is called at the end. However slow the
   * client is, the response is sent completely, as long as the client reads any of it.
   */
  linger(last?: Buffer): void {
    this.#lingering = true;
    this.#clearInbox();
    const socket = this.#socket;
    socket.once('close', () => {
      this.#setLingerTimer(null);
    });
    const sent = () => {
      this.#awaitFin();
    };
    if (socket.writableFinished) sent();
    else {
      this.#awaitProgress(unreadBytes(socket));
      if (socket.writableEnded) socket.once('finish', sent);
      else if (last === undefined) socket.end(sent);
      else socket.end(last, sent);
    }
    socket.resume();
  }

  /**
   * Until the kernel has the whole response: gives up on a client that reads nothing for a long time.
   * `before`: bytes it had not read.
   */
  #awaitProgress(before: number): void {
    this.#setLingerTimer(lingerLimits.stalledMs, () => {
      const now = unreadBytes(this.#socket);
      if (now === before) this.#events.closed();
      else this.#awaitProgress(now);
    });
  }

  /** The kernel has the whole response. */
  #awaitFin(): void {
    if (this.#ended) this.#events.closed();
    else this.#setLingerTimer(lingerLimits.discardMs, this.#events.closed);
  }

  #setLingerTimer(ms: number | null, expired: () => void = () => undefined): void {
    if (this.#lingerTimer !== null) clearTimeout(this.#lingerTimer);
    this.#lingerTimer = ms === null || this.#socket.destroyed ? null : setTimeout(expired, ms);
    this.#lingerTimer?.unref();
  }

  #discard(count: number): void {
    this.#discarded += count;
    if (this.#discarded > discardBytes) this.#events.closed();
  }

  /** Releases the socket: paused, with the inbox pushed back into it, and without our listeners. */
  release(): Socket {
    detachListeners(this.#socket, this.#listeners);
    if (this.#inbox.length > 0) this.#socket.unshift(this.#inbox);
    this.#clearInbox();
    return this.#socket;
  }

  destroy(): void {
    this.#clearInbox();
    this.#socket.destroy();
  }

  /** Drops the bytes that were not taken. */
  #clearInbox(): void {
    this.#accounting?.countBuffered(-this.#inbox.length);
    this.#inbox = empty;
  }
}
