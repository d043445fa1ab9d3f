import path from 'node:path';
import type { Target } from '../engine/target.ts';
import type { AppError, Result } from '../shared/result.ts';
import { bulkheadCommand, printError, resolveRoot } from './output.ts';

export interface RootOptions { readonly root?: string; readonly json?: boolean }

/** Opens the engine that --root (or BULKHEAD_ROOT) names, runs `work` on it and lets go of it. An unusable root is printed as the error it is. */
export async function withTarget(options: RootOptions, work: (target: Target) => Promise<void>): Promise<void> {
  const root = resolveRoot(options);
  if (!root.ok) { printError(root.error, options); return; }
  const { openTarget } = await import('../engine/target.ts');
  const command = bulkheadCommand();
  const target = openTarget(root.value, { bulkheadCommand: command, projectRoot: path.resolve(path.dirname(command), '..') });
  try { await work(target); } finally { target.dispose(); }
}

/** A file given as argument, else the draft. A missing file is an error; a draft that equals the applied text is what there is. */
export async function textToApply(target: Target, file: string | undefined): Promise<Result<string, AppError>> {
  const { ok, fail } = await import('../shared/result.ts');
  if (file === undefined) {
    const state = await target.settings.read();
    return state.readError === null ? ok(state.draft) : { ok: false, error: state.readError };
  }
  const { readSettings } = await import('../engine/store/files.ts');
  const read = await readSettings(path.resolve(file));
  if (!read.ok) return read;
  return read.value.exists ? ok(read.value.text) : fail('input.unusable', `there is no file ${file}`, { hint: 'Give the path of a settings file, or none to take the draft.' });
}
