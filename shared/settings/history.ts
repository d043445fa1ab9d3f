import * as z from 'zod';
import { appErrorSchema } from '../app-error.ts';
import { settingsChangeSchema } from './changes.ts';
import type { TargetCapabilities } from '../targets/capabilities.ts';
import { freshSettings } from './edit.ts';

type FileMeaning = Pick<TargetCapabilities, 'fileEnforcesSignIn'>;

/** Longest text whose changes are counted for a list; a longer one is compared when somebody opens it. */
export const maxCountedLength = 256 * 1024;

/** One version as the History page and `bulkhead settings history` list it. */
export const historyItemSchema = z.object({
  version: z.number().int().nonnegative(),
  /** ISO 8601; null where it isn't known (version 0, an unreadable version). */
  at: z.string().nullable(),
  /** Who applied it; '' where nobody of ours did. */
  user: z.string(),
  /**
   * 'apply': by us; 'found': as another program left it; 'none': version 0, there was no file; 'unrecorded':
   * the file as it is, changed by another program since; 'unreadable': its folder can't be read.
   */
  how: z.enum(['apply', 'found', 'none', 'unrecorded', 'unreadable']),
  eci: z.boolean().nullable(),
  /** What the settings file says now. */
  current: z.boolean(),
  /** Changes against the version before; null where they weren't counted (unreadable, too large). */
  changes: z.number().int().nullable(),
  /** The first few of them, without their values. */
  changed: z.array(settingsChangeSchema.pick({ pointer: true, kind: true, page: true })),
  problem: appErrorSchema.nullable(),
});
export type HistoryItem = z.infer<typeof historyItemSchema>;

/** How many changes a list names. */
export const namedChanges = 4;

/**
 * The draft that goes back to a version; `text` is null for "no file". Where the file's presence means
 * something of its own (sign-in), an empty draft takes the file away. Elsewhere a file is never taken away by
 * an apply: an empty document takes its place, which means the same (ECI off, every default).
 */
export function rollbackText(text: string | null, exists: boolean, engine: FileMeaning): string {
  if (text !== null) return text;
  return exists && !engine.fileEnforcesSignIn ? freshSettings : '';
}

/** Does applying this draft take the file away? See `rollbackText`. */
export const removesFile = (draft: string, exists: boolean, engine: FileMeaning): boolean =>
  draft === '' && exists && engine.fileEnforcesSignIn;
