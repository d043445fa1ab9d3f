import type { BrowserWindow } from 'electron';
import type { Handlers } from '../ipc/answer.ts';
import type { UserStore } from '../preferences.ts';
import type { Desktop } from '../desktop/desktop.ts';
import type { Elevation } from '../elevation.ts';
import { activityHandlers } from './activity.ts';
import { applyHandlers, type UnderWay } from './apply.ts';
import { containerHandlers } from './containers.ts';
import { desktopHandlers } from './desktop.ts';
import { engineHandlers } from './engine.ts';
import { pathHandlers } from './paths.ts';
import { registryHandlers } from './registry.ts';
import { settingsHandlers } from './settings.ts';
import { targetHandlers } from './targets.ts';
import type { Sessions } from '../sessions.ts';
import { recreateHandlers } from './recreate.ts';
import { simulateHandlers } from './simulate.ts';
import { windowHandlers } from './window.ts';

/** What handlers work on, beside the session that a request about an engine is given. */
export interface HandlerContext {
  /**
   * Awaited, the session that is open then: the first may still be opening, and another may be opened later.
   */
  readonly sessions: Sessions;
  readonly users: UserStore;
  readonly elevation: Elevation;
  readonly desktop: Desktop;
  window(): BrowserWindow | undefined;
}

/** Every request of the contract, by area. */
export const allHandlers = (context: HandlerContext): Handlers => {
  const underWay: UnderWay = { cancelRecreation: () => false };
  return {
    'app:state': async () => ({ ok: true, value: (await context.sessions).state.get() }),
    ...targetHandlers(context),
    ...settingsHandlers(),
    ...activityHandlers(context),
    ...applyHandlers(context, underWay),
    ...containerHandlers(),
    ...recreateHandlers(context, underWay),
    ...engineHandlers(context),
    ...pathHandlers(),
    ...registryHandlers(),
    ...simulateHandlers(context),
    ...windowHandlers(context),
    ...desktopHandlers(context),
  };
};
