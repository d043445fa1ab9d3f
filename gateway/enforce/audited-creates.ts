import type { ResponseTransform } from '../http/exchange.ts';
import { createdId, maxCreateResponseBytes } from '../sockets/grant.ts';

/** How many containers are remembered; the oldest are forgotten first. */
const maxContainers = 4096;

/**
 * Containers whose create request would have been denied, and that exist only because of audit mode. They are
 * unprotected; that their use would be denied, too, follows from the create request and is not logged again.
 * Consulted in audit mode only. Kept in memory: after a restart of the gateway they count as any other
 * unprotected container.
 */
export class AuditedCreates {
  readonly #ids = new Set<string>();

  includes(id: string): boolean {
    return this.#ids.has(id);
  }

  /** Remembers the container that the engine creates, before the client knows its id. */
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
    if (this.#ids.size > maxContainers && oldest !== undefined) this.#ids.delete(oldest);
  }
}
