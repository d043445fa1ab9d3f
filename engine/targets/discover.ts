import { access } from 'node:fs/promises';
import os from 'node:os';
import { targetId, type FoundTarget, type TargetRef } from '../../shared/targets/target.ts';
import { engineStatus } from '../drivers/engine-facts.ts';
import { rootPaths } from '../drivers/root-paths.ts';
import { forgetEngine, recordedRoots, registryDirectory } from './registry.ts';

export interface DiscoverOptions {
  /** Roots somebody named (an option, the open target, ones used before): listed also where nothing is there yet if `always`. */
  readonly roots: readonly { readonly root: string; readonly always: boolean }[];
  readonly registry?: string;
}

/** Where an engine of ours lives when nobody says otherwise. */
export const defaultRoot = '/var/lib/bulkhead';

/** Engines found on this machine now, running ones first, each once. Looks only; starts and changes nothing. */
export async function discoverTargets(options: DiscoverOptions): Promise<FoundTarget[]> {
  const found = await embeddedEngines(options);
  const rank = (target: FoundTarget): number => (target.phase === 'ready' ? 0 : 1);
  return found.toSorted((a, b) => rank(a) - rank(b));
}

async function embeddedEngines({ roots, registry = registryDirectory }: DiscoverOptions): Promise<FoundTarget[]> {
  const recorded = await recordedRoots(registry);
  const always = new Set(roots.filter((one) => one.always).map((one) => rootPaths(one.root).root));
  const candidates = [...new Set([...always, ...roots.map((one) => rootPaths(one.root).root), defaultRoot, ...recorded])];
  const found = await Promise.all(candidates.map(async (root): Promise<FoundTarget | null> => {
    const paths = rootPaths(root);
    const known = (await Promise.all([paths.state, paths.settings].map(exists))).some(Boolean);
    if (!known && recorded.includes(root) && !(await exists(root))) await forgetEngine(root, registry);
    if (!known && !always.has(root)) return null;
    const { phase, name, version } = await engineStatus(paths);
    const ref: TargetRef = { kind: 'embedded', root };
    return { id: targetId(ref), ref, name: name || os.hostname(), place: root, phase, version };
  }));
  return found.filter((target): target is FoundTarget => target !== null);
}

/** Somebody without rights to look still sees a file that is there (EACCES is an answer about rights). */
const exists = (file: string): Promise<boolean> => access(file).then(() => true, (error: unknown) => error instanceof Error && 'code' in error && error.code === 'EACCES');
