import path from 'node:path';
import { rootPaths } from '../engine/base/root-paths.ts';
import type { Target } from '../engine/target.ts';
import type { RecreatePolicy } from '../shared/containers/recreate-policy.ts';
import type { AppError, Result } from '../shared/result.ts';
import { message, plainText, referenceTo } from '../shared/messages/message.ts';
import { rootOf } from '../shared/targets/target-id.ts';
import { requireEngineAt } from './require-engine.ts';
import { bulkheadCommand, printError, resolveTarget, type ErrorOptions } from './output.ts';

export interface RootOptions {
  readonly root?: string;
  readonly target?: string;
  readonly sessionUser?: string;
  readonly json?: boolean;
}

/**
 * As `withTarget`, for commands about what an engine has done: prints `engine.root-invalid` for a directory
 * in which none has ever been.
 */
export async function withExistingTarget(
  options: RootOptions,
  work: (target: Target) => Promise<void>,
): Promise<void> {
  const ref = resolveTarget(options);
  const root = ref.ok ? rootOf(ref.value) : null;
  if (root !== null) {
    // Before the engine's modules are loaded.
    const present = await requireEngineAt(rootPaths(root));
    if (!present.ok) {
      printError(present.error, options);
      return;
    }
  }
  await withTarget(options, work);
}

/** The gateway's own code, loaded only for plans of a recreation. */
const recreatePolicy: RecreatePolicy = async (question) =>
  (await import('../gateway/explain/recreations.ts')).refusedRecreations(question);

/**
 * Opens the engine selected by --target or --root (or BULKHEAD_ROOT), runs `work` on it and closes it. If it
 * can't be opened, prints the error.
 */
export async function withTarget(
  options: RootOptions & ErrorOptions,
  work: (target: Target) => Promise<void>,
): Promise<void> {
  const ref = resolveTarget(options);
  if (!ref.ok) {
    printError(ref.error, options);
    return;
  }
  await import('./uncompiled-schemas.ts');
  const { openTargetRef } = await import('../engine/targets/open.ts');
  const command = bulkheadCommand();
  const target = await openTargetRef(ref.value, {
    bulkheadCommand: command,
    projectRoot: path.resolve(path.dirname(command), '..'),
    recreatePolicy,
    ...(options.sessionUser === undefined ? {} : { sessionUser: options.sessionUser }),
  });
  if (!target.ok) {
    printError(target.error, options);
    return;
  }
  try {
    await work(target.value);
  } finally {
    target.value.dispose();
  }
}

/**
 * A file given as argument, else the draft, else, if nothing was ever applied, the recommended settings. A
 * missing file is an error; if there is no draft, the applied text.
 */
export async function readTextToApply(
  target: Target,
  file: string | undefined,
): Promise<Result<string, AppError>> {
  if (file === undefined) {
    const { isNotText, ok } = await import('../shared/result.ts');
    const state = await target.settings.read();
    // A draft replaces what is not text.
    const isReplaced = state.draft !== '' && state.readError !== null && isNotText(state.readError);
    if (state.readError !== null && !isReplaced) return { ok: false, error: state.readError };
    if (!state.exists && state.draft === '' && state.appliedVersion === 0 && target.capabilities.firstRun)
      return ok((await import('../shared/settings/recommended.ts')).recommendedSettings);
    return ok(state.draft);
  }
  return readGivenFile(file);
}

/**
 * The text of a settings file given as argument; a missing one is an error. The engine's own file could be
 * repaired or moved away: that is not advised for a file which may be any other.
 */
export async function readGivenFile(file: string): Promise<Result<string, AppError>> {
  const [{ noFile, readSettings }, { err, fail, isAccessDenied, ok }] = await Promise.all([
    import('../engine/base/files.ts'),
    import('../shared/result.ts'),
  ]);
  const hint = message('cli.give-settings-file');
  // An empty name would be that of the working directory.
  const read = file.trim() === '' ? ok(noFile) : await readSettings(path.resolve(file));
  if (!read.ok) {
    const { error } = read;
    if (isAccessDenied(error)) return read;
    return err({
      ...error,
      hint: plainText(hint),
      sentences: { ...error.sentences, hint: referenceTo(hint) },
    });
  }
  if (read.value.exists) return ok(read.value.text);
  return fail('input.unusable', message('cli.file-missing', { file: file || '""' }), { hint });
}
