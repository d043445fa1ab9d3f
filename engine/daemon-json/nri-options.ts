import { parse } from 'jsonc-parser';
import * as z from 'zod';

const nriSchema = z.object({ 'nri-opts': z.object({ enable: z.literal(true) }) });

/**
 * Whether a daemon.json enables NRI plugins in the engine (from Engine API 1.53 on). Null: it has no such
 * option.
 */
export function enablesNri(text: string | null): boolean {
  return text !== null && nriSchema.safeParse(parse(text)).success;
}
