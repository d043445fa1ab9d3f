import type { Socket } from 'node:net';
import { handOver, listen, type Listeners } from './engine-link.ts';
import { SendBuffer } from './send-buffer.ts';
import { takesMore } from './message/socket-flow.ts';
import { unreadBytes } from './unread-bytes.ts';
import {
  detachReading,
  detachWriting,
  type DetachedReadHandle,
  type DetachedWriteHandle,
} from './splice/detached-handles.ts';
import { countReadBytes } from '../base/minor-gc.ts';
import { hasUnread, hungUp } from '../base/hung-up.ts';
import type { ConnectionSlot } from '../callers/connection-slot.ts';
import { peerCredentials, type PeerCredentials } from '../base/peer-credentials.ts';

const empty = Buffer.alloc(0);
/** Bytes of later requests kept while one is under way; then the client has to wait. */
const maxAhead = 256 * 1024;
/** How much a client may go on sending that has its last answer, before the connection is cut. */
const discardBytes = 64 * 1024 * 1024;

/** How long a client is waited for that has its last answer, or is still to take it. */
export const lingerLimits = {
  /** From when the kernel has the whole answer to the client's FIN. */
  discardMs: 10_000,
  /**
   * Without a byte that the client takes. Generous: what it writes to, or the one at the keyboard, may have
   * paused.
   */
  stalledMs: 5 * 60_000,
} as const;

/** What the client's socket tells its connection. */
export interface ClientEvents {
  readonly bytes: (bytes: Buffer) => void;
  /** The client's FIN. */
  readonly end: () => void;
  readonly drain: () => void;
  /** The socket is gone, or has lingered long enough. */
  readonly gone: () => void;
}

/** What a client counts for of what its user has waiting. */
export type HeldBytes = Pick<ConnectionSlot, 'hold' | 'isCrowded'>;

/** The client's socket, with the bytes of it that were not looked at yet. */
export class ClientSide {
  readonly #socket: Socket;
  readonly #events: ClientEvents;
  readonly #listeners: Listeners;
  readonly #held: HeldBytes | null;
  #inbox: Buffer = empty;
  #ended = false;
  #lingering = false;
  readonly #sendBuffer = new SendBuffer();
  #discarded = 0;
  #lingerTimer: NodeJS.Timeout | null = null;
  #peer: PeerCredentials | null | undefined;

  constructor(socket: Socket, events: ClientEvents, held: HeldBytes | null = null) {
    this.#held = held;
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
        // It may still read what is queued for it.
        else if (socket.writableFinished) events.gone();
      },
      drain: events.drain,
      error: events.gone,
      close: events.gone,
    };
    listen(socket, this.#listeners);
  }

  /** Bytes that came and were not taken yet. */
  get inbox(): Buffer {
    return this.#inbox;
  }
  /** The client has sent its FIN. */
  get ended(): boolean {
    return this.#ended;
  }
  /** The client has closed its socket: nobody reads an answer. */
  get left(): boolean {
    return this.#socket.destroyed || hungUp(this.#socket);
  }
  /** It has sent something that was not read yet. */
  get hasUnread(): boolean {
    return hasUnread(this.#socket);
  }
  /** More was written than its socket takes; `drain` will tell. */
  get full(): boolean {
    return !takesMore(this.#socket);
  }
  get credentials(): PeerCredentials | null {
    if (this.#peer === undefined) this.#peer = peerCredentials(this.#socket);
    return this.#peer;
  }

  add(bytes: Buffer): void {
    this.#held?.hold(bytes.length);
    this.#inbox = this.#inbox.length === 0 ? bytes : Buffer.concat([this.#inbox, bytes]);
  }
  /** Removes the first `count` bytes of the inbox and returns them. */
  take(count: number): Buffer {
    const all = this.#inbox;
    this.#held?.hold(-count);
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
    return takesMore(this.#socket);
  }
  /** In one go. */
  writeAll(parts: readonly Buffer[]): boolean {
    this.#socket.cork();
    for (const part of parts) this.write(part);
    this.#socket.uncork();
    return takesMore(this.#socket);
  }
  /** Null where something was read that was not taken yet. */
  detachReading(): DetachedReadHandle | null {
    return this.#inbox.length > 0 || this.#ended ? null : detachReading(this.#socket);
  }
  detachWriting(): DetachedWriteHandle | null {
    this.#sendBuffer.count(this.#socket, Infinity);
    return detachWriting(this.#socket, 0);
  }
  /** FIN to the client; it may go on sending. */
  end(): void {
    this.#socket.end();
  }
  pause(): void {
    this.#socket.pause();
  }
  resume(): void {
    if (this.#socket.isPaused()) this.#socket.resume();
  }
  /** Makes a client wait that sends far ahead. */
  holdBack(): void {
    if (this.#inbox.length > (this.#held?.isCrowded === true ? 0 : maxAhead)) this.#socket.pause();
  }

  /**
   * Writes what is queued and `last`, sends FIN, then reads on for a while without looking: closing with
   * unread bytes would make many clients lose the answer. `gone` is told at the end. However long a client
   * takes for the answer, it is sent to its end, as long as the client takes any of it.
   */
  linger(last?: Buffer): void {
    this.#lingering = true;
    this.#forget();
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
   * Until the kernel has all: gives up on a client that takes nothing for a long time. `before`: what it had
   * to take.
   */
  #awaitProgress(before: number): void {
    this.#setLingerTimer(lingerLimits.stalledMs, () => {
      const now = unreadBytes(this.#socket);
      if (now === before) this.#events.gone();
      else this.#awaitProgress(now);
    });
  }

  /** The kernel has all. */
  #awaitFin(): void {
    if (this.#ended) this.#events.gone();
    else this.#setLingerTimer(lingerLimits.discardMs, this.#events.gone);
  }

  #setLingerTimer(ms: number | null, expired: () => void = () => undefined): void {
    if (this.#lingerTimer !== null) clearTimeout(this.#lingerTimer);
    this.#lingerTimer = ms === null || this.#socket.destroyed ? null : setTimeout(expired, ms);
    this.#lingerTimer?.unref();
  }

  #discard(count: number): void {
    this.#discarded += count;
    if (this.#discarded > discardBytes) this.#events.gone();
  }

  /** Gives the socket away, paused, with the inbox pushed back into it and no listeners of ours. */
  release(): Socket {
    handOver(this.#socket, this.#listeners);
    if (this.#inbox.length > 0) this.#socket.unshift(this.#inbox);
    this.#forget();
    return this.#socket;
  }

  destroy(): void {
    this.#forget();
    this.#socket.destroy();
  }

  /** Lets go of what was not taken. */
  #forget(): void {
    this.#held?.hold(-this.#inbox.length);
    this.#inbox = empty;
  }
}
