import type { BrowserWindow } from 'electron';
import type { UserStore } from '../../session/preferences.ts';
import type { Desktop } from '../desktop/desktop.ts';
import type { Elevation } from '../../session/elevation.ts';
import type { Sessions } from '../../session/sessions.ts';

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

/** What the handlers of one area know of what another began. */
export interface ActiveOperations {
  /** Asks the recreation that is part of an apply to stop; false when there is none. */
  cancelRecreation: () => boolean;
}
