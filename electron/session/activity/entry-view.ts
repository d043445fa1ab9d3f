import type { ActivityEntry } from '../../../shared/audit/activity.ts';
import type { StoredAuditEntry } from '../../../shared/audit/entry.ts';

const maxTextLength = 4_096;

const cut = (text: string): string =>
  text.length > maxTextLength ? `${text.slice(0, maxTextLength)}…` : text;

/** An entry for display: with an id, a user's name, and texts of limited length. */
export function inView(stored: StoredAuditEntry, seq: number, user: string | null): ActivityEntry {
  return {
    ...stored,
    id: stored.id ?? `unnamed-${seq}`,
    seq,
    user,
    message: cut(stored.message),
    target: cut(stored.target),
    ...(stored.what === undefined ? {} : { what: cut(stored.what) }),
    ...(stored.image === undefined ? {} : { image: cut(stored.image) }),
    ...(stored.container === undefined ? {} : { container: cut(stored.container) }),
  };
}
