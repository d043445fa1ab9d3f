import { connectionDenial, type AccountHolder, type ConnectionLimits } from '../../shared/policy/limits.ts';
import type { Denial } from '../../shared/policy/decision.ts';

/** The table that slots belong to. */
export interface SlotTable {
  readonly limits: ConnectionLimits;
  /** Buffered bytes of all connections. */
  bufferedBytes: number;
  /**
   * Connections with an incomplete request head, and since when, ms; oldest first.
   */
  readonly awaitingHead: Map<ConnectionSlot, number>;
  readonly now: () => number;
  release(slot: ConnectionSlot): void;
}

/**
 * How many idle connections are tried when a new one needs room: some may just have received a request.
 */
const maxIdleTried = 8;

/**
 * One open connection in the accounts of its holders. Its requests take turns in the name of the first one.
 */
export class ConnectionSlot {
  /** The caller whose turns its requests take. */
  readonly caller: string;
  readonly #accounts: readonly ConnectionAccount[];
  readonly #table: SlotTable;
  #bufferedBytes = 0;
  #isBuild = false;
  #calls = 0;
  #isReleased = false;
  /** Closes the connection if no request is pending; returns whether it did. */
  closeIfIdle: () => boolean = () => false;
  /** Closes the connection. */
  close: () => void = () => undefined;

  constructor(caller: string, accounts: readonly ConnectionAccount[], table: SlotTable) {
    this.caller = caller;
    this.#accounts = accounts;
    this.#table = table;
    for (const account of accounts) account.open++;
    this.awaitHead();
  }

  get accounts(): readonly ConnectionAccount[] {
    return this.#accounts;
  }

  /** No request is pending: the connection may be closed to make room for a new one. */
  markIdle(): void {
    if (this.#isReleased) return;
    for (const { idle } of this.#accounts) idle.add(this);
  }

  /** Bytes of a request were received. */
  markBusy(): void {
    for (const { idle } of this.#accounts) idle.delete(this);
  }

  /** Starts the timeout of a request head. */
  awaitHead(): void {
    const { awaitingHead, now } = this.#table;
    if (!this.#isReleased && !awaitingHead.has(this)) awaitingHead.set(this, now());
  }

  /** The head is complete. */
  headReceived(): void {
    this.#table.awaitingHead.delete(this);
  }

  /** Adds to the buffered bytes; negative: subtracts. */
  countBuffered(bytes: number): void {
    if (this.#isReleased) return;
    this.#bufferedBytes += bytes;
    this.#table.bufferedBytes += bytes;
    for (const account of this.#accounts) account.bufferedBytes += bytes;
  }

  /** A holder has more buffered bytes than its limit, so its clients are paused. */
  get isOverBufferLimit(): boolean {
    const { softBufferBytes } = this.#table.limits;
    return this.#accounts.some(({ bufferedBytes }) => bufferedBytes > softBufferBytes);
  }

  /** The denial where a holder exceeds its limit of buffered bytes; else null. */
  bufferLimitDenial(): Denial | null {
    const { limits, bufferedBytes } = this.#table;
    const limit =
      bufferedBytes > limits.maxTotalBufferBytes ? limits.maxBufferBytes / 16 : limits.maxBufferBytes;
    const overLimit = this.#accounts.find((account) => account.bufferedBytes > limit);
    return overLimit === undefined ? null : connectionDenial('held', overLimit.holder, limit);
  }

  /** Counts the connection as one to BuildKit; the denial where that exceeds a limit, or null. */
  beginBuilds(): Denial | null {
    const { builds } = this.#table.limits;
    const overLimit = this.#accounts.find(
      (account) => account.holder.kind !== 'root' && account.builds >= builds,
    );
    if (overLimit !== undefined) return connectionDenial('builds', overLimit.holder, builds);
    if (!this.#isBuild) for (const account of this.#accounts) account.builds++;
    this.#isBuild = true;
    return null;
  }

  /** Counts a build call; the denial where that exceeds a limit, or null. */
  beginCall(): Denial | null {
    const { buildCalls } = this.#table.limits;
    const overLimit = this.#accounts.find(
      (account) => account.holder.kind !== 'root' && account.buildCalls >= buildCalls,
    );
    if (overLimit !== undefined) return connectionDenial('build-calls', overLimit.holder, buildCalls);
    this.#countCalls(1);
    return null;
  }

  endCall(): void {
    this.#countCalls(-1);
  }

  #countCalls(calls: number): void {
    if (this.#isReleased) return;
    this.#calls += calls;
    for (const account of this.#accounts) account.buildCalls += calls;
  }

  /** The connection has ended. Idempotent. */
  release(): void {
    if (this.#isReleased) return;
    this.markBusy();
    this.headReceived();
    this.countBuffered(-this.#bufferedBytes);
    this.#countCalls(-this.#calls);
    this.#isReleased = true;
    for (const account of this.#accounts) {
      account.open--;
      if (this.#isBuild) account.builds--;
    }
    this.#table.release(this);
  }
}

/** Connections and buffered bytes of one user, or of one container by its socket. */
export class ConnectionAccount {
  readonly holder: AccountHolder;
  /** Connections that may be open at a time. */
  readonly maxOpen: number;
  open = 0;
  /** Received bytes that are buffered. */
  bufferedBytes = 0;
  builds = 0;
  buildCalls = 0;
  /** Refused connections that still get their error response. */
  refusals = 0;
  /** Idle connections, longest idle first. */
  readonly idle = new Set<ConnectionSlot>();

  constructor(holder: AccountHolder, limits: ConnectionLimits) {
    this.holder = holder;
    switch (holder.kind) {
      case 'root':
        this.maxOpen = Infinity;
        break;
      case 'socket':
        this.maxOpen = limits.eachSocket;
        break;
      case 'user':
      case 'nobody':
        this.maxOpen = limits.each;
    }
  }

  /** No connection and no refusal is open. */
  get isEmpty(): boolean {
    return this.open === 0 && this.refusals === 0;
  }

  /** Closes the longest idle connection; false where none can be closed. */
  closeIdle(): boolean {
    let attempts = 0;
    for (const slot of this.idle) {
      if (slot.closeIfIdle()) return true;
      if (++attempts === maxIdleTried) return false;
    }
    return false;
  }
}

/** A unique key of the holder. */
export function holderKey(holder: AccountHolder): string {
  switch (holder.kind) {
    case 'root':
      return 'user 0';
    case 'user':
      return `user ${holder.uid}`;
    case 'socket':
      return `socket ${holder.id}`;
    case 'nobody':
      return 'nobody known';
  }
}
