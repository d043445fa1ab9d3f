import type { AccountHolder } from '../../shared/policy/limits.ts';
import { connectionDenial, type ConnectionLimits } from '../../shared/policy/limits.ts';
import type { Denial } from '../../shared/policy/decision.ts';

/** What slots have in common: the table they are in. */
export interface SlotTable {
  readonly limits: ConnectionLimits;
  /** Bytes held for all. */
  held: number;
  /**
   * Connections whose next request's head is to be whole in time, and since when, ms; the one that waits
   * longest first.
   */
  readonly awaited: Map<ConnectionSlot, number>;
  readonly now: () => number;
  leave(slot: ConnectionSlot): void;
}

/**
 * Idle connections that are tried to make room for a new one: of some the next request may be here already.
 */
const mostTried = 8;

/**
 * One open connection, as the accounts see it. The first account is the one that requests take their turns
 * by.
 */
export class ConnectionSlot {
  /** Whose turn requests on it take. */
  readonly caller: string;
  readonly #accounts: readonly ConnectionAccount[];
  readonly #table: SlotTable;
  #held = 0;
  #isBuild = false;
  #calls = 0;
  #isLeft = false;
  /** Closes the connection if no request is under way, and says whether it did. */
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

  /** No request is under way: the connection may be closed for the sake of a new one. */
  idle(): void {
    if (this.#isLeft) return;
    for (const { idle } of this.#accounts) idle.add(this);
  }

  /** Bytes of a request are here. */
  busy(): void {
    for (const { idle } of this.#accounts) idle.delete(this);
  }

  /** A head is begun that is to be whole in time. */
  awaitHead(): void {
    const { awaited, now } = this.#table;
    if (!this.#isLeft && !awaited.has(this)) awaited.set(this, now());
  }

  /** The head is whole. */
  headCame(): void {
    this.#table.awaited.delete(this);
  }

  /** Counts bytes that wait in memory; negative: that wait no longer. */
  hold(bytes: number): void {
    if (this.#isLeft) return;
    this.#held += bytes;
    this.#table.held += bytes;
    for (const account of this.#accounts) account.held += bytes;
  }

  /** The user has so much waiting that his clients are to wait. */
  get isCrowded(): boolean {
    const { heldBack } = this.#table.limits;
    return this.#accounts.some(({ held }) => held > heldBack);
  }

  /** Why no more may wait; null: it may. */
  heldDenial(): Denial | null {
    const { limits, held } = this.#table;
    const most = held > limits.allHeld ? limits.held / 16 : limits.held;
    const full = this.#accounts.find((account) => account.held > most);
    return full === undefined ? null : connectionDenial('held', full.holder, most);
  }

  /** The connection is to speak to BuildKit: why it may not, or null. */
  beginBuilds(): Denial | null {
    const { builds } = this.#table.limits;
    const full = this.#accounts.find((account) => account.holder.kind !== 'root' && account.builds >= builds);
    if (full !== undefined) return connectionDenial('builds', full.holder, builds);
    if (!this.#isBuild) for (const account of this.#accounts) account.builds++;
    this.#isBuild = true;
    return null;
  }

  /** A build call begins: why it may not, or null. */
  beginCall(): Denial | null {
    const { buildCalls } = this.#table.limits;
    const full = this.#accounts.find(
      (account) => account.holder.kind !== 'root' && account.buildCalls >= buildCalls,
    );
    if (full !== undefined) return connectionDenial('build-calls', full.holder, buildCalls);
    this.#countCalls(1);
    return null;
  }

  endCall(): void {
    this.#countCalls(-1);
  }

  #countCalls(calls: number): void {
    if (this.#isLeft) return;
    this.#calls += calls;
    for (const account of this.#accounts) account.buildCalls += calls;
  }

  /** The connection is over. More than once does nothing. */
  leave(): void {
    if (this.#isLeft) return;
    this.busy();
    this.headCame();
    this.hold(-this.#held);
    this.#countCalls(-this.#calls);
    this.#isLeft = true;
    for (const account of this.#accounts) {
      account.open--;
      if (this.#isBuild) account.builds--;
    }
    this.#table.leave(this);
  }
}

/** What one user, or one container by its socket, has open and holds of the gateway's memory. */
export class ConnectionAccount {
  readonly holder: AccountHolder;
  /** Connections that may be open at a time. */
  readonly most: number;
  open = 0;
  /** Bytes that were sent and wait in memory. */
  held = 0;
  builds = 0;
  buildCalls = 0;
  /** Refused clients that are still told so. */
  refusals = 0;
  /** Connections without a request, the one that rests longest first. */
  readonly idle = new Set<ConnectionSlot>();

  constructor(holder: AccountHolder, limits: ConnectionLimits) {
    this.holder = holder;
    switch (holder.kind) {
      case 'root':
        this.most = Infinity;
        break;
      case 'socket':
        this.most = limits.eachSocket;
        break;
      case 'user':
      case 'nobody':
        this.most = limits.each;
    }
  }

  /** Nothing is open, held or under way. */
  get isEmpty(): boolean {
    return this.open === 0 && this.refusals === 0;
  }

  /** Closes the connection that rests longest; false where none can be closed. */
  closeIdle(): boolean {
    let tried = 0;
    for (const slot of this.idle) {
      if (slot.closeIfIdle()) return true;
      if (++tried === mostTried) return false;
    }
    return false;
  }
}

/** A name that is the same for the same holder only. */
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
