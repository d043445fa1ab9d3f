import { realpathSync } from 'node:fs';
import path from 'node:path';
import { defaultDeviceAt } from '../../shared/isolation/default-devices.ts';
import { mountOf, type Mount } from '../../engine/base/mountinfo.ts';
import { refuse } from '../base/refuse.ts';
import { nothingChecked, Reachability, type Reach } from './reach.ts';
import type { PlannerRequest } from '../base/request.ts';
import { engineRoots, isShare, sharingUserOf, type SharingOptions } from './shares.ts';
import type { EngineParts } from './sockets.ts';
import { bindSources, readSpec } from './sources.ts';
import { turns } from '../base/turns.ts';

/** Maximum number of distinct directories that contain the shares of one container. */
export const mostDirectories = 1000;

/** The asynchronous checks before the synchronous planning of a container with shares. */
export class ShareChecks {
  readonly #sharing: SharingOptions;
  readonly #parts: EngineParts;
  readonly #reachability: Reachability;

  constructor(sharing: SharingOptions, parts: EngineParts, reachability = new Reachability()) {
    this.#sharing = sharing;
    this.#parts = parts;
    this.#reachability = reachability;
  }

  /**
   * Checks access as the container's sharing user. Rejects with IsolationRefused if there are too many
   * directories.
   */
  async check({ id, bundle }: PlannerRequest, mounts: readonly Mount[]): Promise<Reach> {
    const user = sharingUserOf(id, this.#sharing);
    if (user === null || user.uid === 0) return nothingChecked;
    const directories = await this.#directories(bundle, mounts);
    if (directories.length === 0) return nothingChecked;
    const [reach] = await Promise.all([
      this.#reachability.check(user, directories),
      this.#sharing.subordinates.prepare(user),
    ]);
    return reach;
  }

  /**
   * The directories that contain the container's shares. What cannot be inspected, or is refused for other
   * reasons, is refused later.
   */
  async #directories(bundle: string, mounts: readonly Mount[]): Promise<string[]> {
    const spec = readSpec(bundle);
    const roots = engineRoots(rootOf(spec, bundle), this.#parts);
    const turn = turns();
    const directories = new Set<string>();
    for (const given of new Set(bindSources(spec))) {
      await turn();
      const source = realPath(given);
      if (source !== null && defaultDeviceAt(source) !== null) continue;
      const on = source === null ? null : mountOf(source, mounts);
      if (source === null || on === null || !isShare(source, on, mounts, roots, this.#parts)) continue;
      directories.add(path.dirname(source));
      if (directories.size > mostDirectories) {
        refuse('planner-refusals.too-many-directories', { number: mostDirectories });
      }
    }
    return [...directories];
  }
}

/** The container's root file system; an invalid one is refused later. */
function rootOf(spec: unknown, bundle: string): string {
  const root: unknown = typeof spec === 'object' && spec !== null && 'root' in spec ? spec.root : null;
  const given: unknown = typeof root === 'object' && root !== null && 'path' in root ? root.path : null;
  return (typeof given === 'string' ? realPath(path.resolve(bundle, given)) : null) ?? bundle;
}

function realPath(file: string): string | null {
  try {
    return realpathSync.native(file);
  } catch {
    return null;
  }
}
