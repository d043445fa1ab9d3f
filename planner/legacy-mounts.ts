import { chmodSync, lchownSync, lstatSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import type { ContainerStore } from './containers.ts';
import { isWithin } from '../engine/base/mountinfo.ts';
import type { ExclusivePaths } from './planner-paths.ts';
import { perform } from './mounts/perform.ts';
import { PlanBuilder } from './base/plan.ts';
import { isContainerId } from './base/request.ts';
import { turns } from './base/turns.ts';
import { rootName } from './create-plan.ts';
import { mountsOf } from './mounts/mount-table.ts';

/**
 * Unmounts what an earlier version mounted for containers in the machine's mount namespace, below directories
 * that belonged to their ranges. Running containers have mounts of their own and are not affected. A failure
 * to unmount is logged; the mount stays.
 */
export async function removeEarlierMounts(
  paths: ExclusivePaths,
  containers: ContainerStore,
  log: (line: string) => void,
): Promise<void> {
  const names = readdirSync(paths.mounts).filter((name) => isContainerId(name) && name !== rootName);
  // From here on nobody else can enter it, or replace its content by links.
  for (const name of names) restrictToRoot(path.join(paths.mounts, name));
  const mounts = mountsOf('self').filter(({ mountPoint }) => isWithin(mountPoint, paths.mounts));
  const next = turns();
  for (const id of containers.ids()) {
    const root = mounts.find(({ mountPoint }) => mountPoint === path.join(paths.mounts, id, 'root'));
    // Not read without need: there may be hundreds, and the disk may be slow.
    if (root === undefined) continue;
    await next();
    const state = containers.read(id);
    if (state !== null) containers.write({ ...state, device: root.device });
  }
  const plan = new PlanBuilder();
  const points = new Set(mounts.map(({ mountPoint }) => mountPoint));
  // The deepest first: mounts on top of a mount of ours are removed before it.
  for (const point of [...points].sort((a, b) => b.length - a.length)) plan.unmount(point);
  try {
    await perform(paths.runtimeBinary, plan);
    for (const name of names) removeTargets(path.join(paths.mounts, name));
  } catch (error) {
    log(
      `mounts of an earlier version stay below ${paths.mounts}: ` +
        (error instanceof Error ? error.message : String(error)),
    );
  }
}

function restrictToRoot(directory: string): void {
  lchownSync(directory, 0, 0);
  if (!lstatSync(directory).isDirectory()) return;
  chmodSync(directory, 0o700);
  const binds = path.join(directory, 'binds');
  if (lstatSync(binds, { throwIfNoEntry: false })?.isDirectory() !== true) return;
  lchownSync(binds, 0, 0);
  chmodSync(binds, 0o700);
}

/**
 * Removes the empty directories and files that served as mount points. Follows no link, and removes nothing
 * that has content.
 */
function removeTargets(directory: string): void {
  const binds = path.join(directory, 'binds');
  if (lstatSync(binds, { throwIfNoEntry: false })?.isDirectory() === true)
    for (const name of readdirSync(binds)) removeOne(path.join(binds, name));
  if (lstatSync(directory).isDirectory())
    for (const name of readdirSync(directory)) removeOne(path.join(directory, name));
  removeOne(directory);
}

function removeOne(file: string): void {
  if (lstatSync(file).isDirectory()) rmdirSync(file);
  else unlinkSync(file);
}
