import * as z from 'zod';

// The content of a user's own store, separate from the contract: it is read before the window opens, and
// needs no other schema.

/** The zoom levels of Chromium, as far as the window can display its content with them. */
export const zoomPercents = [67, 75, 80, 90, 100, 110, 125, 150, 175, 200] as const;

export const preferencesSchema = z.object({
  theme: z.enum(['system', 'light', 'dark']),
  language: z.enum(['system', 'en', 'zh-CN']),
  /** Size of the window's content, in percent: one of `zoomPercents`. */
  zoomPercent: z.literal(zoomPercents),
  /** Which notifications are shown. */
  notifyDenied: z.boolean(),
  notifyUnprotected: z.boolean(),
  notifyProtection: z.boolean(),
  /** Closing the window leaves the app in the tray, if there is one. */
  closeToTray: z.boolean(),
});
export type Preferences = z.infer<typeof preferencesSchema>;
export type ZoomPercent = Preferences['zoomPercent'];

/** What a key or a menu does to the size. */
export const zoomChanges = ['in', 'out', 'reset'] as const;
export type ZoomChange = (typeof zoomChanges)[number];

/** The next larger or smaller size; unchanged at the end. */
export function nextZoom(percent: ZoomPercent, direction: 'in' | 'out'): ZoomPercent {
  const index = zoomPercents.indexOf(percent) + (direction === 'in' ? 1 : -1);
  return zoomPercents[index] ?? percent;
}

/** The progress of the first run on this engine. */
export const firstRunSteps = ['engine', 'scan', 'policy'] as const;
export const firstRunSchema = z.enum([...firstRunSteps, 'dismissed']);
export type FirstRun = z.infer<typeof firstRunSchema>;
