import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { message } from '../shared/messages/message.ts';
import { shareMapsSchema } from '../shared/isolation/share-map.ts';
import { overlaySchema } from './mounts/overlay.ts';
import { LocalizedError, reasonOf } from './base/refuse.ts';
import { isContainerId } from './base/request.ts';
import { removeFile } from './base/remove-file.ts';

const stateSchema = z.object({
  id: z.string(),
  runcRoot: z.string(),
  base: z.number(),
  /** The runtime that creates, or created, the container. */
  runtimePid: z.number(),
  /**
   * The machine's boot in which it was created: no container outlives it. Missing in files of earlier
   * versions.
   */
  boot: z.string().optional(),
  /** Hash of the token of the container's build; missing if there is none (step-processes.ts). */
  build: z.string().optional(),
  /** The container's root overlay, and where the engine has mounted it; null for a plain directory. */
  overlay: overlaySchema.nullable(),
  enginePoints: z.array(z.string()),
  /**
   * Device of the container's overlay if an earlier version of the runtime mounted it, without the flags that
   * distinguish it from the engine's own.
   */
  device: z.string().nullable().default(null),
  /** Ids in shares of a user other than root; null: nothing is shared, or the ids are the same on disk. */
  shares: shareMapsSchema.nullable().default(null),
});
export type ContainerState = z.infer<typeof stateSchema>;

/** Version of the state files' format. Files without one, of earlier versions, are of the first. */
const formatVersion = 1;
const versionSchema = z.object({ version: z.int().default(formatVersion) });
/** A later version of Bulkhead, which was rolled back, may have written it: it may mean anything. */
const isLater = (file: unknown): boolean => {
  const parsed = versionSchema.safeParse(file);
  return parsed.success && parsed.data.version > formatVersion;
};

/** The planner's records of containers on disk. */
export interface ContainerStore {
  /** Ids with a state file, readable or not. */
  ids(): string[];
  /** Whether a state file of `id` exists, readable or not. */
  has(id: string): boolean;
  /** Null if there is none that this version can read. */
  read(id: string): ContainerState | null;
  /** Whether the state is of a later version, which knows how to clean up after the container. */
  isOfLaterVersion(id: string): boolean;
  /** Throws, and keeps the previous state, on an I/O error. */
  write(state: ContainerState): void;
  /** Deletes the state, if there is one. */
  remove(id: string): void;
}

const unfinished = '.json.new';

/** Opens the store; removes files that a killed planner did not finish. */
export function openContainerStore(stateDirectory: string): ContainerStore {
  mkdirSync(stateDirectory, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(stateDirectory))
    if (name.endsWith(unfinished)) removeFile(path.join(stateDirectory, name));
  const fileOf = (id: string) => path.join(stateDirectory, `${id}.json`);
  // States by id, as last read: a delete reads the same one several times.
  const parsed = new Map<string, { readonly text: string; readonly state: ContainerState }>();

  return {
    ids: () =>
      readDirectory(stateDirectory)
        .filter((name) => name.endsWith('.json'))
        .map((name) => name.slice(0, -5))
        .filter(isContainerId),
    has: (id) => existsSync(fileOf(id)),
    read(id) {
      // Checked first: constructing the error takes longer than everything else here, and every new container
      // is looked up.
      if (!existsSync(fileOf(id))) return null;
      try {
        const text = readFileSync(fileOf(id), 'utf8');
        const known = parsed.get(id);
        if (known?.text === text) return known.state;
        const file: unknown = JSON.parse(text);
        if (isLater(file)) return null;
        const state = stateSchema.parse(file);
        parsed.set(id, { text, state });
        return state;
      } catch {
        return null;
      }
    },
    isOfLaterVersion(id) {
      try {
        return isLater(JSON.parse(readFileSync(fileOf(id), 'utf8')));
      } catch {
        return false;
      }
    },
    write(state) {
      const temporary = path.join(stateDirectory, `${state.id}${unfinished}`);
      try {
        mkdirSync(stateDirectory, { recursive: true, mode: 0o700 }); // it may have been removed meanwhile
        writeFileSync(temporary, JSON.stringify({ version: formatVersion, ...state }), { mode: 0o600 });
        renameSync(temporary, fileOf(state.id));
      } catch (error) {
        removeFile(temporary);
        throw new LocalizedError(
          message('planner-refusals.state-not-written', {
            directory: stateDirectory,
            why: reasonOf(error),
          }),
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

/** No states if the directory does not exist. */
function readDirectory(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
