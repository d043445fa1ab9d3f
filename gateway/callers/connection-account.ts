import type { AccountHolder, ConnectionLimits } from '../../shared/policy/limits.ts';
import type { ConnectionSlot } from './connection-slot.ts';

/**
 * Idle connections that are tried to make room for a new one: of some the next request may be here already.
 */
const mostTried = 8;

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
