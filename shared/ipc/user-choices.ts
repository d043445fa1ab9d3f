import * as z from 'zod';

// What a user's own store keeps, apart from the contract: it is read before the window opens, and no other
// schema is needed for that.

export const preferencesSchema = z.object({
  theme: z.enum(['system', 'light', 'dark']),
  language: z.enum(['system', 'en', 'zh-CN']),
  /** Which notifications are shown. */
  notifyDenied: z.boolean(),
  notifyUnprotected: z.boolean(),
  notifyProtection: z.boolean(),
  /** Closing the window leaves the app in the tray, where there is one. */
  closeToTray: z.boolean(),
});
export type Preferences = z.infer<typeof preferencesSchema>;

/** How far the first run on this engine got. */
export const firstRunSteps = ['engine', 'scan', 'policy'] as const;
export const firstRunSchema = z.enum([...firstRunSteps, 'dismissed']);
export type FirstRun = z.infer<typeof firstRunSchema>;
