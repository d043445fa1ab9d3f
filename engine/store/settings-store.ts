import type { AppError, Result } from '../../shared/result.ts';
import type { SettingsState } from '../../shared/ipc/contract.ts';
import type { HistoryEntry } from './history.ts';

/** The settings file of one engine, its draft and its history. */
export interface SettingsStore {
  /** Where everything stands now, read from disk. A file that can't be read is told in `readError`, never thrown. */
  read(): Promise<SettingsState>;
  /** Keeps `text` as the draft. Text equal to the applied one removes the draft. */
  setDraft(text: string): Promise<Result<SettingsState, AppError>>;
  discardDraft(): Promise<Result<SettingsState, AppError>>;
  /** 'theirs' drops the draft; 'mine' keeps it, based on the file as it is now. */
  resolveConflict(keep: 'mine' | 'theirs'): Promise<Result<SettingsState, AppError>>;
  /** Calls back when the content of settings file or draft changed, whoever changed it. Returns how to stop. */
  watch(listener: () => void): () => void;
  /** Newest first. */
  history(): Promise<Result<HistoryEntry[], AppError>>;
  historyText(version: number): Promise<Result<string, AppError>>;
  /** Makes a version's text the draft; applying it is a separate, planned step. */
  rollback(version: number): Promise<Result<SettingsState, AppError>>;
}
