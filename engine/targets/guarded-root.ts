import { engineAtRoot, rootOf, type TargetRef } from '../../shared/targets/target-id.ts';
import { systemRoot } from '../base/root-paths.ts';

/** The guarded engine whose files are below `root`. */
export const guardedEngineAt = (root: string): TargetRef =>
  root === systemRoot ? { kind: 'system' } : engineAtRoot(root);

/** The root directory of a guarded engine; null for every other engine. */
export const guardedRootOf = (ref: TargetRef): string | null =>
  ref.kind === 'system' ? systemRoot : rootOf(ref);

/** Whether a gateway has to be installed in front of the engine before anything is applied to it. */
export const needsInstall = (ref: TargetRef): boolean => ref.kind === 'system';
