import { targetOptions } from '../../shared/targets/target-arguments.ts';
import { engineAtRoot, systemEngine } from '../../shared/targets/target-id.ts';
import { systemRoot } from './root-paths.ts';

/** The options that select the engine of Bulkhead below `root`, with a blank before them. Pure. */
export const optionsOfRoot = (root: string): string =>
  targetOptions(root === systemRoot ? systemEngine : engineAtRoot(root));
