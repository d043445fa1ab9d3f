import * as z from 'zod';

/** A semantic difference between two settings texts. Formatting alone is no change. */
export const settingsChangeSchema = z.object({
  pointer: z.string(),
  kind: z.enum(['added', 'removed', 'changed']),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
  /** The page that edits it, for the marker in the navigation. */
  page: z.enum(['isolation', 'socket', 'file-sharing', 'other']),
  /**
   * What the change needs: nothing (the gateway reloads), another configuration of the engine (by a reload if
   * possible), or one engine restart.
   */
  needs: z.enum(['nothing', 'engine-reload', 'engine-restart']),
});
export type SettingsChange = z.infer<typeof settingsChangeSchema>;
