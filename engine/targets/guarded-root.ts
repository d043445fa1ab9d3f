import { rootOf, type TargetRef } from '../../shared/targets/target-id.ts';
import { systemRoot } from '../base/root-paths.ts';

/** The root directory of a guarded engine; null for every other engine. */
export const guardedRootOf = (ref: TargetRef): string | null =>
  ref.kind === 'system' ? systemRoot : rootOf(ref);

/** Whether a gateway has to be installed in front of the engine before anything is applied to it. */
export const needsInstall = (ref: TargetRef): boolean => ref.kind === 'system';
