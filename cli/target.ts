import path from 'node:path';
import type { Target } from '../engine/target.ts';
import type { RecreatePolicy } from '../shared/containers/recreate-policy.ts';
import { requireEngine } from './require-engine.ts';
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
  // Before the engine's modules are loaded.
  const present = ref.ok ? await requireEngine(ref.value) : ref;
  if (!present.ok) {
    printError(present.error, options);
    return;
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
