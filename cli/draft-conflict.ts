import type { Target } from '../engine/target.ts';
import { isAlarm } from '../shared/enforcement/enforcement.ts';
import { message, type Message } from '../shared/messages/message.ts';
import { fail, type AppError } from '../shared/result.ts';
import { readEnforcement } from './enforcement-text.ts';

/**
 * Whether applying the draft would undo what another program changed in the settings file since the draft
 * was begun. As in the window, nothing is to be kept of a file that was deleted or cannot be used.
 */
export async function hasDraftConflict(target: Target): Promise<boolean> {
  const { conflict } = await target.settings.read();
  if (!conflict) return false;
  const { difference } = await readEnforcement(target, await target.driver.status());
  return !isAlarm(difference);
}

export const conflictReason = (): Message => message('apply.draft-conflict');

/** The error of an apply of such a draft. */
export const draftConflict = (): AppError =>
  fail('settings.conflict', conflictReason(), { hint: message('apply.settle-conflict') }).error;
