import path from 'node:path';
import { noFile, readSettings, streamedSettings, type StoredText } from '../engine/base/files.ts';
import type { Target } from '../engine/target.ts';
import { message } from '../shared/messages/message.ts';
import {
  err,
  fail,
  isAccessDenied,
  isNotText,
  ok,
  withHint,
  type AppError,
  type Result,
} from '../shared/result.ts';
import { maxTextLength } from '../shared/settings/document-limits.ts';
import { isStandardInput, readStandardInput, standardInputName } from './standard-input.ts';

/** A settings file given as argument, and its text. */
export interface GivenSettings {
  readonly file: string;
  readonly text: string;
}

/** The settings given as argument; null if none were. */
export async function readGiven(file: string | undefined): Promise<Result<GivenSettings | null, AppError>> {
  if (file === undefined) return ok(null);
  const read = await readGivenFile(file);
  return read.ok ? ok({ file, text: read.value }) : read;
}

/**
 * What is applied where no file is given: the draft, else, if nothing was ever applied, the recommended
 * settings. If there is no draft, the applied text; if that was deleted, an error that says what is in force.
 */
export async function readTextToApply(target: Target): Promise<Result<string, AppError>> {
  const state = await target.settings.read();
  // A draft replaces what is not text.
  const isReplaced = state.draft !== '' && state.readError !== null && isNotText(state.readError);
  if (state.readError !== null && !isReplaced) return { ok: false, error: state.readError };
  if (!state.exists && state.draft === '' && state.appliedVersion === 0 && target.capabilities.firstRun)
    return ok((await import('../shared/settings/recommended.ts')).recommendedSettings);
  if (!state.exists && state.draft === '') {
    const { alarmError, readEnforcement } = await import('./enforcement-text.ts');
    const error = alarmError(await readEnforcement(target, await target.driver.status()));
    if (error !== null) return err(error);
  }
  return ok(state.draft);
}

/**
 * The text of a settings file given as argument, or of standard input; a missing one is an error. Errors do
 * not advise to repair or move the file, as those about the engine's own do: it may be any file. Their `hint`
 * is what the command takes.
 */
export async function readGivenFile(
  file: string,
  hint = message('cli.give-settings-file'),
): Promise<Result<string, AppError>> {
  const read = await storedText(file);
  if (!read.ok) {
    const { error } = read;
    return isAccessDenied(error) ? read : err(withHint(error, hint));
  }
  if (read.value.exists) return ok(read.value.text);
  return fail('input.unusable', message('cli.file-missing', { file: file || '""' }), { hint });
}

async function storedText(file: string): Promise<Result<StoredText, AppError>> {
  if (!isStandardInput(file))
    // An empty name would be that of the working directory.
    return file.trim() === '' ? ok(noFile) : readSettings(path.resolve(file), { pipes: true });
  const bytes = await readStandardInput(maxTextLength + 1);
  return bytes.ok ? streamedSettings(standardInputName, bytes.value) : bytes;
}
