import * as z from 'zod';
import { maxCommandLength, maxComposeLength } from './input-limits.ts';
import { explanationSchema } from './schema.ts';

/** What is to be simulated, and under which settings. */
export const simulationInputSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('command'),
    text: z.string().max(maxCommandLength),
    against: z.enum(['applied', 'draft']),
  }),
  z.object({
    kind: z.literal('compose'),
    text: z.string().max(maxComposeLength),
    /** Path of the file that was read; null: pasted text, with relative paths from the home directory. */
    file: z.string().max(4096).nullable(),
    against: z.enum(['applied', 'draft']),
  }),
]);
export type SimulationInput = z.infer<typeof simulationInputSchema>;

export const simulationSchema = z.object({
  /** When it was decided, ISO 8601. */
  at: z.string(),
  durationMs: z.number(),
  against: z.enum(['applied', 'draft']),
  /** Version of the applied settings; for a draft, of the settings it is based on. */
  version: z.number().int(),
  explanation: explanationSchema,
  /**
   * The same without the options that were refused, and its outcome; null if nothing was refused, or if it
   * can't be left out.
   */
  without: z
    .object({ text: z.string(), left: z.array(z.string()), outcome: explanationSchema.shape.outcome })
    .nullable(),
});
export type Simulation = z.infer<typeof simulationSchema>;
