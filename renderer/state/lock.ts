import type { AppState } from '../../shared/ipc/contract.ts';

/** Why nothing may be edited now, if so. */
export type Lock = 'applying' | { readonly reason: string } | null;

/** Is an apply under way? */
export const applying = (app: Pick<AppState, 'run'>): boolean =>
  app.run !== null && app.run.activity !== 'ended';

export const lockOf = (app: AppState): Lock =>
  applying(app) ? 'applying' : app.settings.readOnly !== null ? { reason: app.settings.readOnly } : null;
