import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { dockerClient } from '../engine/base/docker-client.ts';

/** A container that was killed when an engine ended. */
export interface KilledContainer {
  readonly id: string;
  readonly name: string;
}

/** State of the killed containers once the engine is running again. */
export interface KilledContainers {
  /** Exist, and are not running. */
  readonly stopped: readonly KilledContainer[];
  /** Removed by the engine: those of `--rm`. */
  readonly removed: readonly KilledContainer[];
}

/** The fields of dockerd's record of a container that are read here. */
const recordSchema = z.object({
  ID: z.string(),
  Name: z.string(),
  State: z.object({ Running: z.boolean() }),
});

/** Number of records that are read concurrently. */
const batchSize = 64;

/**
 * The containers that a dockerd which has exited recorded as running. A container that was stopped properly
 * is not among them.
 */
export async function readRunningRecords(dataRoot: string): Promise<readonly KilledContainer[]> {
  const directory = path.join(dataRoot, 'containers');
  const ids = await readdir(directory).catch(() => []);
  const found: KilledContainer[] = [];
  for (let index = 0; index < ids.length; index += batchSize) {
    const batch = ids.slice(index, index + batchSize);
    const records = await Promise.all(batch.map((id) => readRecord(path.join(directory, id))));
    found.push(...records.filter((record) => record !== null));
  }
  return found;
}

async function readRecord(directory: string): Promise<KilledContainer | null> {
  try {
    const text = await readFile(path.join(directory, 'config.v2.json'), 'utf8');
    const record = recordSchema.safeParse(JSON.parse(text));
    if (!record.success || !record.data.State.Running) return null;
    return { id: record.data.ID, name: record.data.Name.replace(/^\//, '') };
  } catch {
    return null;
  }
}

/**
 * Which of these are not running now; restart policies have started theirs before the engine becomes ready.
 */
export async function notRestarted(
  engineSocket: string,
  killed: readonly KilledContainer[],
): Promise<KilledContainers> {
  if (killed.length === 0) return { stopped: [], removed: [] };
  const containers = await dockerClient(engineSocket).listContainers({ all: true });
  const states = new Map(containers.map(({ Id, State }) => [Id, State]));
  return {
    stopped: killed.filter(({ id }) => {
      const state = states.get(id);
      return state !== undefined && !runningStates.has(state);
    }),
    removed: killed.filter(({ id }) => !states.has(id)),
  };
}

const runningStates: ReadonlySet<string> = new Set(['running', 'restarting', 'paused']);
