import { targetOptions } from '../../shared/targets/target-arguments.ts';
import { engineAtRoot, systemEngine, type TargetRef } from '../../shared/targets/target-id.ts';
import { systemRoot } from './root-paths.ts';

/** The guarded engine whose files are below `root`. */
export const guardedEngineAt = (root: string): TargetRef =>
  root === systemRoot ? systemEngine : engineAtRoot(root);

/** The options that select the engine of Bulkhead below `root`, with a blank before them. Pure. */
export const optionsOfRoot = (root: string): string => targetOptions(guardedEngineAt(root));
