import type { BrowserWindow } from 'electron';
import type { UserStore } from '../../session/preferences.ts';
import type { Desktop } from '../desktop/desktop.ts';
import type { Elevation } from '../../session/elevation.ts';
import type { Sessions } from '../../session/sessions.ts';

/** What handlers work on, in addition to the session passed to a request about an engine. */
export interface HandlerContext {
  /**
   * Awaited, it resolves with the session that is open then: the first may still be opening, and another may
   * be opened later.
   */
  readonly sessions: Sessions;
  readonly users: UserStore;
  readonly elevation: Elevation;
  readonly desktop: Desktop;
  window(): BrowserWindow | undefined;
}

/** Operations of one area that another area may affect. */
export interface ActiveOperations {
  /** Requests a cancel of the recreation that is part of an apply; false when there is none. */
  cancelRecreation: () => boolean;
}
