import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { shareMapsSchema } from '../shared/isolation/share-map.ts';
import { overlaySchema } from './mounts/overlay.ts';
import { isContainerId } from './base/request.ts';
import { removeFile } from './base/remove-file.ts';

const stateSchema = z.object({
  id: z.string(),
  runcRoot: z.string(),
  base: z.number(),
  /** The runtime that is creating it, or was. */
  runtimePid: z.number(),
  /** The machine's boot it was created in: no container outlives it. Missing in files of earlier versions. */
  boot: z.string().optional(),
  /** Hash of the token of the build that it is of; missing where it has none (step-processes.ts). */
  build: z.string().optional(),
  /** The container's root overlay, null where it is a plain directory; and where the engine has that. */
  overlay: overlaySchema.nullable(),
  enginePoints: z.array(z.string()),
  /**
   * Device of the container's overlay where an earlier version of the runtime mounted it, without the flags
   * that tell it from the engine's own.
   */
  device: z.string().nullable().default(null),
  /** Ids in what a user other than root shares; null: none is shared, or the ids are the same on disk. */
  shares: shareMapsSchema.nullable().default(null),
});
export type ContainerState = z.infer<typeof stateSchema>;

/** What the planner keeps per container on disk. */
export interface ContainerStore {
  /** Ids with a state file, readable or not. */
  ids(): string[];
  /** Whether there is a state of `id`, readable or not. */
  has(id: string): boolean;
  read(id: string): ContainerState | null;
  /** Throws, and leaves what was there, when the disk fails. */
  write(state: ContainerState): void;
  /** Deletes the state; none is fine. */
  remove(id: string): void;
}

const unfinished = '.json.new';

/** Opens the store; what a planner that was killed had not written to its end goes. */
export function openContainerStore(stateDirectory: string): ContainerStore {
  mkdirSync(stateDirectory, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(stateDirectory))
    if (name.endsWith(unfinished)) removeFile(path.join(stateDirectory, name));
  const fileOf = (id: string) => path.join(stateDirectory, `${id}.json`);
  // What was read last, by id: a delete reads it several times.
  const parsed = new Map<string, { readonly text: string; readonly state: ContainerState }>();

  return {
    ids: () =>
      readDirectory(stateDirectory)
        .filter((name) => name.endsWith('.json'))
        .map((name) => name.slice(0, -5))
        .filter(isContainerId),
    has: (id) => existsSync(fileOf(id)),
    read(id) {
      // Checked first: making the error takes longer than all else here, and every container that is new is
      // looked up.
      if (!existsSync(fileOf(id))) return null;
      try {
        const text = readFileSync(fileOf(id), 'utf8');
        const known = parsed.get(id);
        if (known?.text === text) return known.state;
        const state = stateSchema.parse(JSON.parse(text));
        parsed.set(id, { text, state });
        return state;
      } catch {
        return null;
      }
    },
    write(state) {
      const temporary = path.join(stateDirectory, `${state.id}${unfinished}`);
      try {
        mkdirSync(stateDirectory, { recursive: true, mode: 0o700 }); // somebody may have taken it away
        writeFileSync(temporary, JSON.stringify(state), { mode: 0o600 });
        renameSync(temporary, fileOf(state.id));
      } catch (error) {
        removeFile(temporary);
        throw new Error(
          `what the planner keeps of containers cannot be written in ${stateDirectory}: ` +
            (error instanceof Error ? error.message : String(error)),
          { cause: error },
        );
      }
    },
    remove(id) {
      rmSync(fileOf(id), { force: true });
      parsed.delete(id);
    },
  };
}

/** Nothing where there is none. */
function readDirectory(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
