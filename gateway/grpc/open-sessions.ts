import { createHash, randomBytes } from 'node:crypto';
import type { FileLocks } from '../base/file-locks.ts';

/** Fields of a session's head (`POST /session`), and metadata of `Control.Session`. */
export const sessionIdField = 'x-docker-expose-session-uuid';
export const sharedKeyField = 'x-docker-expose-session-sharedkey';

/** Nobody can send a key that begins with what another user's ends with. */
const salt = randomBytes(16);

/**
 * What is appended to the shared key of a user's sessions. BuildKit keeps the files that a client sends under
 * the context's name and this key, and asks for those only that seem to have changed: who sends another
 * user's key (many clients send none) and the right sizes and times would get that user's files. A user's
 * sessions have the same one for as long as this gateway runs.
 */
export function sharedKeySuffix(user: string): string {
  return `:${createHash('sha256').update(salt).update(user).digest('hex').slice(0, 32)}`;
}

/**
 * The sessions that clients of a build have open: the engine gets files, secrets and agents by them. BuildKit
 * has `Control.Session` replace an open one of the same id.
 */
export class OpenSessions {
  readonly #open = new Map<string, { readonly user: string; count: number }>();
  readonly #locks: FileLocks | null;

  /** `locks`: by id, for other gateways of the engine; null: there are none. */
  constructor(locks: FileLocks | null) {
    this.#locks = locks;
  }

  /** Records a session; returns what to call at its end. Null: another user has one with that id. */
  open(sentId: string, user: string): (() => void) | null {
    const id = sentId.trim();
    let session = this.#open.get(id);
    if (session === undefined) {
      // A gateway that is about to end acquires no locks.
      if (this.#locks !== null && !this.#locks.isClosed && !this.#locks.tryLock('session', id, 'write'))
        return null;
      this.#open.set(id, (session = { user, count: 0 }));
    } else if (session.user !== user) return null;
    const opened = session;
    opened.count++;
    let hasEnded = false;
    return () => {
      if (hasEnded) return;
      hasEnded = true;
      if (--opened.count > 0) return;
      this.#open.delete(id);
      this.#locks?.unlock('session', id);
    };
  }
}
