import { applySteps, type ApplyStep } from '../../../shared/apply/steps.ts';
import { backUp } from './back-up.ts';
import { cleanUp } from './clean-up.ts';
import { healthCheck } from './health-check.ts';
import { reconfigure } from './reconfigure.ts';
import { recreate } from './recreate.ts';
import { reloadEngine } from './reload-engine.ts';
import { restartEngine } from './restart-engine.ts';
import type { StepModule } from './step.ts';
import { verify } from './verify.ts';
import { writeSettings } from './write-settings.ts';

const modules: Readonly<Record<ApplyStep, StepModule>> = {
  'back-up': backUp,
  'write-settings': writeSettings,
  reconfigure,
  'reload-engine': reloadEngine,
  'restart-engine': restartEngine,
  'health-check': healthCheck,
  verify,
  'clean-up': cleanUp,
  recreate,
};

/** Every step, in the order of their table. */
export const stepModules: readonly StepModule[] = applySteps.map((id) => modules[id]);
