import * as z from 'zod';
import { appErrorSchema } from '../app-error.ts';
import { settingsChangeSchema, type SettingsChange } from './changes.ts';
import type { TargetCapabilities } from '../targets/capabilities.ts';
import { freshSettings } from './edit.ts';

type FileMeaning = Pick<TargetCapabilities, 'fileEnforcesSignIn'>;

/** Longest text whose changes are counted for a list; a longer one is compared only when it is opened. */
export const maxCountedLength = 256 * 1024;

/** One version as listed on the History page and by `bulkhead settings history`. */
export const historyItemSchema = z.object({
  version: z.number().int().nonnegative(),
  /** ISO 8601; null if unknown (version 0, a deletion, an unreadable version). */
  at: z.string().nullable(),
  /** Who applied it; '' if it was not applied by us. */
  user: z.string(),
  /**
   * 'apply': by us; 'found': as written by another program; 'none': there was no file (version 0, or it was
   * deleted); 'unrecorded': the current file, changed by another program since; 'unreadable': its directory
   * can't be read.
   */
  how: z.enum(['apply', 'found', 'none', 'unrecorded', 'unreadable']),
  eci: z.boolean().nullable(),
  /** The current content of the settings file. */
  current: z.boolean(),
  /**
   * How many settings changed against the previous version; a list counts once, however many of its entries
   * changed. Null if they weren't counted (unreadable, too large).
   */
  changes: z.number().int().nullable(),
  /** The newest earlier version with the same text, if the previous one has another; absent without one. */
  earlierVersion: z.number().int().optional(),
  /** The first few of them, without their values. */
  changed: z.array(settingsChangeSchema.pick({ pointer: true, kind: true, page: true })),
  problem: appErrorSchema.nullable(),
});
export type HistoryItem = z.infer<typeof historyItemSchema>;

/** Maximum number of changes named in a list. */
const namedChanges = 4;

/** The settings that changed. The changes of a list's entries are one change, of the list. */
export function summarizeChanges(
  changes: readonly SettingsChange[],
): Pick<HistoryItem, 'changes' | 'changed'> {
  const settings = new Map<string, HistoryItem['changed'][number]>();
  for (const { pointer, kind, page } of changes) {
    const list = /^(.*?)\/\d+(?:\/|$)/.exec(pointer)?.[1];
    const named = (list ?? pointer).slice(0, 500);
    if (!settings.has(named))
      settings.set(named, { pointer: named, kind: list === undefined ? kind : 'changed', page });
  }
  return { changes: settings.size, changed: [...settings.values()].slice(0, namedChanges) };
}

/**
 * The draft that restores a version; `text` is null for "no file". If the file's presence has a meaning of
 * its own (sign-in), an empty draft removes the file. Otherwise an apply never removes a file: it is replaced
 * by an empty document, which has the same meaning (ECI off, every default).
 */
export function rollbackText(text: string | null, exists: boolean, engine: FileMeaning): string {
  if (text !== null) return text;
  return exists && !engine.fileEnforcesSignIn ? freshSettings : '';
}

/** Whether applying this draft removes the file. See `rollbackText`. */
export const removesFile = (draft: string, exists: boolean, engine: FileMeaning): boolean =>
  draft === '' && exists && engine.fileEnforcesSignIn;
