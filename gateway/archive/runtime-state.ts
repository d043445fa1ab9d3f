import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { shareMapsSchema } from '../../shared/isolation/share-map.ts';
import type { ContainerLayers } from '../engine-api/engine-facts.ts';

const stateSchema = z.object({
  /** First host id of its range. */
  base: z.number(),
  shares: shareMapsSchema.nullable().default(null),
  enginePoints: z.array(z.string()).default([]),
  /** Device of its overlay, where an earlier version mounted it. */
  device: z.string().nullable().default(null),
  overlay: z
    .object({
      lowers: z.array(z.string()),
      upper: z.object({ parent: z.string(), name: z.string() }).nullable(),
    })
    .nullable()
    .default(null),
});
export type RunState = z.infer<typeof stateSchema>;

/**
 * The planner's state of a container that is up, below the engine's root; null where it is missing or
 * unreadable.
 */
export async function runStateOf(root: string, id: string): Promise<RunState | null> {
  const text = await readFile(path.join(root, 'isolation/containers', `${id}.json`), 'utf8').catch(
    () => null,
  );
  if (text === null) return null;
  try {
    const parsed = stateSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Its layers, for stores whose layers the API does not show (containerd's). */
export function layersOf(state: RunState | null): Pick<ContainerLayers, 'upper' | 'lowers'> | null {
  const overlay = state?.overlay;
  return overlay?.upper == null
    ? null
    : { upper: path.join(overlay.upper.parent, overlay.upper.name), lowers: overlay.lowers };
}
