import type { AppState } from '../../shared/ipc/app-state.ts';
import type { MessageReference } from '../../shared/messages/message.ts';

/** Why nothing can be edited now, if so. */
export type Lock = 'applying' | FileLock | null;

/** Why the settings file can't be written: an English text, and its sentence of the catalogue. */
export interface FileLock {
  readonly reason: string;
  readonly sentence?: MessageReference | undefined;
}

/** Whether an apply is in progress. */
export const applying = (app: Pick<AppState, 'run'>): boolean =>
  app.run !== null && app.run.activity !== 'ended';

const fileLock = ({ readOnly, readOnlySentence }: AppState['settings']): FileLock | null =>
  readOnly === null ? null : { reason: readOnly, sentence: readOnlySentence };

export const lockOf = (app: AppState): Lock => (applying(app) ? 'applying' : fileLock(app.settings));
