import type { ResponseTransform } from '../http/exchange.ts';
import { createdId, maxCreateResponseBytes } from '../sockets/grant.ts';

/** How many are remembered; the oldest are forgotten first. */
const maxRemembered = 4096;

/**
 * Containers and execs whose creation is in the log as a denial that audit mode, or the setting "warn", let
 * pass: that their use would be denied, too, follows from it and is not logged again. Such containers are
 * unprotected, and are consulted in audit mode only. Kept in memory: after a restart of the gateway they
 * count as any others.
 */
export class AuditedCreates {
  readonly #ids = new Set<string>();

  includes(id: string): boolean {
    return this.#ids.has(id);
  }

  /** Remembers what the engine creates, before the client knows its id. */
  recordOnResponse(): ResponseTransform {
    return {
      limit: maxCreateResponseBytes,
      transformResponse: (head, body) => {
        const id = head.status === 201 ? createdId(body) : null;
        if (id !== null) this.#record(id);
        return null;
      },
    };
  }

  #record(id: string): void {
    this.#ids.add(id);
    const [oldest] = this.#ids;
    if (this.#ids.size > maxRemembered && oldest !== undefined) this.#ids.delete(oldest);
  }
}
