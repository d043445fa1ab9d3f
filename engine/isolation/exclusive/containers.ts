import { chmodSync, chownSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, readdirSync, renameSync, rmSync, rmdirSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { shareMapsSchema } from '../../../shared/isolation/share-map.ts';
import { overlaySchema } from './overlay.ts';
import { isContainerId } from './request.ts';
import { removeFile } from './remove-file.ts';

const stateSchema = z.object({
  id: z.string(),
  runcRoot: z.string(),
  base: z.number(),
  /** The runtime that is creating it, or was. */
  runtimePid: z.number(),
  /** The machine's boot it was created in: no container outlives it. Missing in files of earlier versions. */
  boot: z.string().optional(),
  /** The container's root overlay, null where it is a plain directory; and where the engine has that. */
  overlay: overlaySchema.nullable(),
  enginePoints: z.array(z.string()),
  /** Device of the shifted overlay, known once its taking away was planned: tells it from the engine's own when that stopped halfway. */
  device: z.string().nullable().default(null),
  /** Ids in what a user other than root shares; null: none is shared, or the ids are the same on disk. */
  shares: shareMapsSchema.nullable().default(null),
});
export type ContainerState = z.infer<typeof stateSchema>;

/** What the planner keeps per container on disk, and its mount targets. Never deletes recursively: a mount may be below. */
export interface ContainerStore {
  /** Ids with a state file, readable or not. */
  ids(): string[];
  /** Ids with mount targets. */
  targetIds(): string[];
  /** Whether there is a state or a target of `id`. */
  has(id: string): boolean;
  read(id: string): ContainerState | null;
  /** Throws, and leaves what was there, when the disk fails. */
  write(state: ContainerState): void;
  /** Whose the targets of `id` are, which is the base of its range; null: there are none. Known where its state is lost. */
  ownerOf(id: string): number | null;
  /** Path below which everything of `id` is mounted. */
  directory(id: string): string;
  /** Makes the container's target directory, which only its root may enter, and `root` in it; returns root's path. */
  makeRootTarget(id: string, base: number): string;
  makeBindTarget(id: string, number: number, kind: 'directory' | 'file'): string;
  /** Deletes targets and state. Throws when something is still mounted there. */
  remove(id: string): void;
}

const unfinished = '.json.new';

/** Opens the store; what a planner that was killed had not written to its end goes. */
export function openContainerStore(stateDirectory: string, mountsDirectory: string): ContainerStore {
  mkdirSync(stateDirectory, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(stateDirectory)) if (name.endsWith(unfinished)) removeFile(path.join(stateDirectory, name));
  mkdirSync(mountsDirectory, { recursive: true, mode: 0o711 });
  chmodSync(mountsDirectory, 0o711); // the umask may have been in the way
  const fileOf = (id: string) => path.join(stateDirectory, `${id}.json`);
  const directory = (id: string) => path.join(mountsDirectory, id);
  // What was read last, by id: a delete has it looked at several times.
  const parsed = new Map<string, { readonly text: string; readonly state: ContainerState }>();
  const binds = (id: string) => path.join(directory(id), 'binds');

  return {
    directory,
    ids: () => readDirectory(stateDirectory).filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -5)).filter(isContainerId),
    targetIds: () => readDirectory(mountsDirectory).filter(isContainerId),
    has: (id) => existsSync(fileOf(id)) || existsSync(directory(id)),
    read(id) {
      // Asked first: making the error takes longer than all else here, and every container that is new is looked up.
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
      const aside = path.join(stateDirectory, `${state.id}${unfinished}`);
      try {
        mkdirSync(stateDirectory, { recursive: true, mode: 0o700 }); // somebody may have taken it away
        writeFileSync(aside, JSON.stringify(state), { mode: 0o600 });
        renameSync(aside, fileOf(state.id));
      } catch (error) {
        removeFile(aside);
        throw new Error(`what the planner keeps of containers cannot be written in ${stateDirectory}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      }
    },
    ownerOf: (id) => statSync(directory(id), { throwIfNoEntry: false })?.uid ?? null,
    makeRootTarget(id, base) {
      const root = path.join(directory(id), 'root');
      mkdirSync(root, { recursive: true, mode: 0o711 });
      chownSync(directory(id), base, base);
      chmodSync(directory(id), 0o700);
      return root;
    },
    makeBindTarget(id, number, kind) {
      const target = path.join(binds(id), String(number));
      if (number === 0 || !existsSync(binds(id))) {
        mkdirSync(binds(id), { recursive: true, mode: 0o711 });
        chmodSync(binds(id), 0o711);
      }
      if (existsSync(target)) removeTarget(target); // left by an unfinished create, of the other kind perhaps
      if (kind === 'directory') mkdirSync(target);
      else closeSync(openSync(target, 'wx', 0o600));
      return target;
    },
    remove(id) {
      for (const name of readDirectory(binds(id))) removeTarget(path.join(binds(id), name));
      for (const target of [binds(id), path.join(directory(id), 'root'), directory(id)]) if (existsSync(target)) rmdirSync(target);
      rmSync(fileOf(id), { force: true });
      parsed.delete(id);
    },
  };
}

/** The kernel refuses both calls on a mount point. */
function removeTarget(target: string): void {
  try {
    rmdirSync(target);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOTDIR')) throw error;
    unlinkSync(target);
  }
}

/** Nothing where there is none. */
function readDirectory(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
