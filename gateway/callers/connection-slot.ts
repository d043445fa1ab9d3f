import { connectionDenial, type ConnectionLimits } from '../../shared/policy/limits.ts';
import type { Denial } from '../../shared/policy/decision.ts';
import type { ConnectionAccount } from './connection-account.ts';

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
