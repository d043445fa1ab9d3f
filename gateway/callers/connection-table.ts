import type { Denial } from '../../shared/policy/decision.ts';
import { connectionDenial, type AccountHolder, type ConnectionLimits } from '../../shared/policy/limits.ts';
import { ConnectionAccount, holderKey, ConnectionSlot, type SlotTable } from './connection-slot.ts';

/** How often overdue request heads are looked for, ms. */
const sweepMs = 5000;
/**
 * Refused connections that get an error response at a time, in all and per holder: others are only closed.
 */
const maxRefusals = 64;
const maxRefusalsPerHolder = 8;

/** The caller of a connection. */
export interface ConnectionCaller {
  /** The caller whose turns its requests take. */
  readonly name: string;
  /** The accounts it is charged to; all of them must have room. */
  readonly holders: readonly AccountHolder[];
}

/** A connection that exceeds a limit. */
export interface RefusedConnection {
  readonly denial: Denial;
  /** 429 where it is the caller's own limit, else 503. */
  readonly status: 429 | 503;
  /** Call when the error response was sent; null: there is no room for that either. */
  readonly release: (() => void) | null;
}

/** All connections of a gateway by account. One table for all its sockets. */
export class ConnectionTable {
  readonly #table: SlotTable;
  readonly #accounts = new Map<string, ConnectionAccount>();
  #open = 0;
  #refusals = 0;
  #sweepTimer: NodeJS.Timeout | null = null;

  constructor(limits: ConnectionLimits, now: () => number = () => performance.now()) {
    this.#table = {
      limits,
      bufferedBytes: 0,
      awaitingHead: new Map(),
      now,
      release: (slot) => {
        this.#slotReleased(slot);
      },
    };
  }

  /** Connections that are open. */
  get open(): number {
    return this.#open;
  }
  /** Received bytes that are buffered. */
  get bufferedBytes(): number {
    return this.#table.bufferedBytes;
  }

  /**
   * Admits a new connection. Where a limit of its holder is reached, the holder's longest idle connection is
   * closed for it, if there is one; where the total limit is reached, one of the holder with the most
   * connections.
   */
  admit({ name, holders }: ConnectionCaller): ConnectionSlot | RefusedConnection {
    const accounts = holders.map((holder) => this.#account(holder));
    for (const account of accounts) {
      if (account.open < account.maxOpen || account.closeIdle()) continue;
      return this.#refused(accounts, connectionDenial('connections', account.holder, account.maxOpen), 429);
    }
    const limit = this.#openLimitFor(accounts);
    if (this.#open >= limit && !this.#makeRoom(accounts, limit)) {
      return this.#refused(
        accounts,
        connectionDenial('all-connections', accounts[0]?.holder ?? { kind: 'nobody' }, limit),
        503,
      );
    }
    // Closing a connection may have emptied an account, and removed it.
    for (const account of accounts) this.#accounts.set(holderKey(account.holder), account);
    this.#open++;
    this.#sweepTimer ??= setInterval(() => {
      this.closeOverdue();
    }, sweepMs).unref();
    return new ConnectionSlot(name, accounts, this.#table);
  }

  /** Closes connections with an overdue request head. */
  closeOverdue(): void {
    const since = this.#table.now() - this.#table.limits.headMs;
    for (const [slot, began] of this.#table.awaitingHead) {
      if (began > since) return;
      slot.close();
    }
  }

  /** How many connections may be open in total before these accounts' next one. */
  #openLimitFor(accounts: readonly ConnectionAccount[]): number {
    const { all, reserved, few } = this.#table.limits;
    return accounts.every(({ holder, open }) => holder.kind === 'root' || open < few) ? all : all - reserved;
  }

  #makeRoom(accounts: readonly ConnectionAccount[], limit: number): boolean {
    if (accounts.some((account) => account.closeIdle())) return this.#open < limit;
    const own = Math.max(...accounts.map(({ open }) => open));
    const others = [...this.#accounts.values()].filter(
      ({ holder, open, idle }) => holder.kind !== 'root' && open > own && idle.size > 0,
    );
    const largest = others.sort((a, b) => b.open - a.open)[0];
    return largest?.closeIdle() === true && this.#open < limit;
  }

  #account(holder: AccountHolder): ConnectionAccount {
    const key = holderKey(holder);
    const existing = this.#accounts.get(key);
    if (existing !== undefined) return existing;
    const account = new ConnectionAccount(holder, this.#table.limits);
    this.#accounts.set(key, account);
    return account;
  }

  #refused(accounts: readonly ConnectionAccount[], denial: Denial, status: 429 | 503): RefusedConnection {
    const hasRoom =
      this.#refusals < maxRefusals && accounts.every(({ refusals }) => refusals < maxRefusalsPerHolder);
    if (!hasRoom) {
      this.#deleteEmpty(accounts);
      return { denial, status, release: null };
    }
    this.#refusals++;
    for (const account of accounts) account.refusals++;
    const release = () => {
      this.#refusals--;
      for (const account of accounts) account.refusals--;
      this.#deleteEmpty(accounts);
    };
    return { denial, status, release: release };
  }

  #slotReleased(slot: ConnectionSlot): void {
    this.#open--;
    this.#deleteEmpty(slot.accounts);
    if (this.#open > 0 || this.#sweepTimer === null) return;
    clearInterval(this.#sweepTimer);
    this.#sweepTimer = null;
  }

  #deleteEmpty(accounts: readonly ConnectionAccount[]): void {
    for (const account of accounts) if (account.isEmpty) this.#accounts.delete(holderKey(account.holder));
  }
}
