import type { HandlerContext, ActiveOperations } from './context.ts';
import type { Handlers } from '../ipc/handle-request.ts';
import { activityHandlers } from './activity.ts';
import { applyHandlers } from './apply.ts';
import { containerHandlers } from './containers.ts';
import { desktopHandlers } from './desktop.ts';
import { engineHandlers } from './engine.ts';
import { pathHandlers } from './paths.ts';
import { registryHandlers } from './registry.ts';
import { settingsHandlers } from './settings.ts';
import { targetHandlers } from './targets.ts';
import { recreateHandlers } from './recreate.ts';
import { simulateHandlers } from './simulate.ts';
import { supportHandlers } from './support.ts';
import { windowHandlers } from './window.ts';

/** Every request of the contract, by area. */
export const allHandlers = (context: HandlerContext): Handlers => {
  const activeOperations: ActiveOperations = { cancelRecreation: () => false };
  return {
    'app:state': async () => ({ ok: true, value: (await context.sessions).state.get() }),
    ...targetHandlers(context),
    ...settingsHandlers(),
    ...activityHandlers(context),
    ...applyHandlers(context, activeOperations),
    ...containerHandlers(),
    ...recreateHandlers(context, activeOperations),
    ...engineHandlers(context),
    ...pathHandlers(),
    ...registryHandlers(),
    ...simulateHandlers(context),
    ...supportHandlers(context),
    ...windowHandlers(context),
    ...desktopHandlers(context),
  };
};
