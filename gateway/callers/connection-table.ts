import type { Denial } from '../../shared/policy/decision.ts';
import { connectionDenial, type AccountHolder, type ConnectionLimits } from '../../shared/policy/limits.ts';
import { ConnectionAccount, holderKey } from './connection-slot.ts';
import { ConnectionSlot, type SlotTable } from './connection-slot.ts';

/** How often connections are looked for whose head did not come in time, ms. */
const sweepMs = 5000;
/** Refused clients that are told so at a time, in all and of one holder: others are only closed. */
const mostRefusals = 64;
const mostRefusalsEach = 8;

/** Who has a connection. */
export interface ConnectionCaller {
  /** Whose turn its requests take. */
  readonly name: string;
  /** Whom it counts for; all of them must have room. */
  readonly holders: readonly AccountHolder[];
}

/** A connection that there is no room for. */
export interface RefusedConnection {
  readonly denial: Denial;
  /** 429 where it is the caller's own limit, else 503. */
  readonly status: 429 | 503;
  /** To be called when the client was told so; null: there is no room for that either. */
  readonly told: (() => void) | null;
}

/** All connections of a gateway's clients, by whom they count for. One table for all its sockets. */
export class ConnectionTable {
  readonly #table: SlotTable;
  readonly #accounts = new Map<string, ConnectionAccount>();
  #open = 0;
  #refusals = 0;
  #sweeping: NodeJS.Timeout | null = null;

  constructor(limits: ConnectionLimits, now: () => number = () => performance.now()) {
    this.#table = {
      limits,
      held: 0,
      awaited: new Map(),
      now,
      leave: (slot) => {
        this.#left(slot);
      },
    };
  }

  /** Connections that are open. */
  get open(): number {
    return this.#open;
  }
  /** Bytes that clients have sent and that wait. */
  get held(): number {
    return this.#table.held;
  }

  /**
   * Takes a new connection in. Where a limit is reached, the connection of the same holder that rests
   * longest is closed for it, if there is one; where all together have too many, one of who has most.
   */
  admit({ name, holders }: ConnectionCaller): ConnectionSlot | RefusedConnection {
    const accounts = holders.map((holder) => this.#account(holder));
    for (const account of accounts) {
      if (account.open < account.most || account.closeIdle()) continue;
      return this.#refused(accounts, connectionDenial('connections', account.holder, account.most), 429);
    }
    const most = this.#roomFor(accounts);
    if (this.#open >= most && !this.#makeRoom(accounts, most)) {
      return this.#refused(
        accounts,
        connectionDenial('all-connections', accounts[0]?.holder ?? { kind: 'nobody' }, most),
        503,
      );
    }
    // Closing may have emptied an account, and taken it away.
    for (const account of accounts) this.#accounts.set(holderKey(account.holder), account);
    this.#open++;
    this.#sweeping ??= setInterval(() => {
      this.closeLate();
    }, sweepMs).unref();
    return new ConnectionSlot(name, accounts, this.#table);
  }

  /** Closes the connections whose request's head did not come in time. */
  closeLate(): void {
    const since = this.#table.now() - this.#table.limits.headMs;
    for (const [slot, began] of this.#table.awaited) {
      if (began > since) return;
      slot.close();
    }
  }

  /** Connections of all together that may be open before these accounts' next one. */
  #roomFor(accounts: readonly ConnectionAccount[]): number {
    const { all, kept, few } = this.#table.limits;
    return accounts.every(({ holder, open }) => holder.kind === 'root' || open < few) ? all : all - kept;
  }

  #makeRoom(accounts: readonly ConnectionAccount[], most: number): boolean {
    if (accounts.some((account) => account.closeIdle())) return this.#open < most;
    const own = Math.max(...accounts.map(({ open }) => open));
    const others = [...this.#accounts.values()].filter(
      ({ holder, open, idle }) => holder.kind !== 'root' && open > own && idle.size > 0,
    );
    const largest = others.sort((a, b) => b.open - a.open)[0];
    return largest?.closeIdle() === true && this.#open < most;
  }

  #account(holder: AccountHolder): ConnectionAccount {
    const key = holderKey(holder);
    const known = this.#accounts.get(key);
    if (known !== undefined) return known;
    const account = new ConnectionAccount(holder, this.#table.limits);
    this.#accounts.set(key, account);
    return account;
  }

  #refused(accounts: readonly ConnectionAccount[], denial: Denial, status: 429 | 503): RefusedConnection {
    const hasRoom =
      this.#refusals < mostRefusals && accounts.every(({ refusals }) => refusals < mostRefusalsEach);
    if (!hasRoom) {
      this.#forgetEmpty(accounts);
      return { denial, status, told: null };
    }
    this.#refusals++;
    for (const account of accounts) account.refusals++;
    const told = () => {
      this.#refusals--;
      for (const account of accounts) account.refusals--;
      this.#forgetEmpty(accounts);
    };
    return { denial, status, told };
  }

  #left(slot: ConnectionSlot): void {
    this.#open--;
    this.#forgetEmpty(slot.accounts);
    if (this.#open > 0 || this.#sweeping === null) return;
    clearInterval(this.#sweeping);
    this.#sweeping = null;
  }

  #forgetEmpty(accounts: readonly ConnectionAccount[]): void {
    for (const account of accounts) if (account.isEmpty) this.#accounts.delete(holderKey(account.holder));
  }
}
