import * as z from 'zod';
import type { RecordedPolicy } from './recorded-policy.ts';

const storedSettingsSchema = z.object({
  format: z.literal(1),
  /** Of `text`, as in the recorded policy: '' if there was no file; null while locked down. */
  hash: z.string().nullable(),
  text: z.string().nullable(),
});
type StoredSettings = z.infer<typeof storedSettingsSchema>;

/** The file's content. */
export const formatStoredSettings = ({ hash, text }: Pick<StoredSettings, 'hash' | 'text'>): string =>
  `${JSON.stringify({ format: 1, hash, text } satisfies StoredSettings)}\n`;

/** The stored text as found; `hidden`: this user may not read it. */
export type FoundSettings =
  | { readonly state: 'absent' | 'damaged' | 'hidden' }
  | { readonly state: 'stored'; readonly hash: string | null; readonly text: string | null };

/** Parses the file's content. `hashOf`: sha256 (hex) of a text. */
export function parseStoredSettings(content: string, hashOf: (text: string) => string): FoundSettings {
  try {
    const { hash, text } = storedSettingsSchema.parse(JSON.parse(content));
    const expected = text === null ? null : hashOf(text);
    const isWhole = text === null ? hash === null || hash === '' : hash === expected;
    return isWhole ? { state: 'stored', hash, text } : { state: 'damaged' };
  } catch {
    return { state: 'damaged' };
  }
}

/** The recorded policy as found; null: there is none. */
export type FoundRecord = Pick<RecordedPolicy, 'hash' | 'stored'> | 'damaged' | null;

/** What a gateway and its engine find at a start without the settings file. */
export interface StartFacts {
  readonly record: FoundRecord;
  readonly stored: FoundSettings;
  /** The hash in the note about a file that was removed on purpose; null without one. */
  readonly removed: string | null;
}

/** The kinds of `StartWithoutFile`. */
export const startsWithoutFile = [
  'default',
  'stored',
  'locked-down',
  'unknown',
] as const satisfies StartWithoutFile['kind'][];

/** What a start without the settings file brings into force. */
export type StartWithoutFile =
  /** Nothing was in force, or its removal was intended. */
  | { readonly kind: 'default' }
  /** The text that was in force; null if this user may not read it. */
  | { readonly kind: 'stored'; readonly hash: string; readonly text: string | null }
  /** The strictest policy. `hash`: of the text that was in force, if that is known. */
  | { readonly kind: 'locked-down'; readonly hash: string | null }
  | { readonly kind: 'unknown' };

/**
 * What a start without the settings file brings into force: the text that was in force, so that neither a
 * mistaken `rm` nor a restart after it turns isolation off. If that text cannot be determined, the strictest
 * policy. Pure.
 */
export function startWithoutFile({ record, stored, removed }: StartFacts): StartWithoutFile {
  const isHidden = stored.state === 'hidden';
  if (isHidden && !isRecord(record)) return { kind: 'unknown' };
  const known = stored.state === 'stored' && !isOutdated(record, stored.hash) ? stored : null;
  const hash = known === null ? recordedHash(record, stored) : known.hash;
  if (hash === '' || (hash !== null && hash === removed)) return { kind: 'default' };
  if (hash === null) return { kind: 'locked-down', hash };
  if (isHidden && isRecord(record) && record.stored !== false)
    return record.stored === undefined ? { kind: 'unknown' } : { kind: 'stored', hash, text: null };
  return known === null || known.text === null
    ? { kind: 'locked-down', hash }
    : { kind: 'stored', hash, text: known.text };
}

const isRecord = (record: FoundRecord): record is Exclude<FoundRecord, 'damaged' | null> =>
  record !== null && record !== 'damaged';

/**
 * The text is not that of the record, whose text is not stored: an earlier version, which ran later, stores
 * none, and a failure to store one may leave the text before it.
 */
const isOutdated = (record: FoundRecord, storedHash: string | null): boolean =>
  isRecord(record) && record.stored !== true && record.hash !== storedHash;

/** The hash in force by the record alone; null: it is not known, or locked down. */
function recordedHash(record: FoundRecord, stored: FoundSettings): string | null {
  if (isRecord(record)) return record.hash;
  return record === null && stored.state === 'absent' ? '' : null;
}
