import type { BrowserWindow } from 'electron';
import type { Handlers } from '../ipc/answer.ts';
import type { UserStore } from '../preferences.ts';
import type { Session } from '../session.ts';
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

/** What handlers work on. The session may still be opening when the first request comes, and another engine may be opened later: it is awaited anew by each request. */
export interface HandlerContext {
  readonly session: PromiseLike<Session>;
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
  'app:state': async () => ({ ok: true, value: (await context.session).state.get() }),
  ...targetHandlers(context), ...settingsHandlers(context), ...activityHandlers(context), ...applyHandlers(context, underWay), ...containerHandlers(context), ...recreateHandlers(context, underWay), ...engineHandlers(context), ...pathHandlers(context),
  ...registryHandlers(context), ...simulateHandlers(context), ...windowHandlers(context), ...desktopHandlers(context),
  };
};
