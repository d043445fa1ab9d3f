import { access, constants, readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { messageReferenceSchema } from '../../../shared/messages/schema.ts';
import { appErrorSchema } from '../../../shared/app-error.ts';
import type { AppError, Result } from '../../../shared/result.ts';
import { engineCrashSchema, enginePhases } from '../../../shared/engine-status/status.ts';
import { writeFileAtomic } from '../../base/files.ts';
import { systemCode } from '../../../shared/process/system-code.ts';
import { processIdentitySchema } from '../../../shared/process/process-stat.ts';
import type { RootPaths } from '../../base/root-paths.ts';

/** Held by the supervisor while it runs: an engine has only one. */
export const supervisorLock = (paths: RootPaths): string => path.join(paths.root, 'supervisor.lock');

const problemSchema = z.object({
  message: z.string(),
  sentence: messageReferenceSchema.optional(),
  logTail: z.array(z.string()),
});

/**
 * What the supervisor reports about itself and its children, in DIR/engine-state.json. Readable by all;
 * written by the supervisor alone.
 */
export const engineStateSchema = z.object({
  version: z.literal(1),
  supervisor: processIdentitySchema,
  phase: z.enum(enginePhases),
  /** Counts engine (re)starts of this supervisor, from 1; incremented when one begins. */
  generation: z.number().int().nonnegative(),
  /** When the engine became ready, ISO 8601 UTC. */
  readyAt: z.string().nullable(),
  eci: z.boolean(),
  /**
   * Name of the isolation runtime for which dockerd was started with all parts, so that a reload switches
   * ECI; null if that takes a restart. Missing if the supervisor is of a version without reload.
   */
  preparedRuntime: z.string().nullable().optional(),
  dockerd: processIdentitySchema.nullable(),
  gateway: processIdentitySchema.nullable(),
  planner: processIdentitySchema.nullable(),
  /** Why `phase` is `failed`. */
  error: appErrorSchema.nullable(),
  /** Last error lines of dockerd's log with `error`, or limitations of a ready engine. */
  problem: problemSchema.nullable(),
  /** The last crash since the engine was last stopped regularly. */
  crash: engineCrashSchema.nullable().optional(),
});
export type EngineState = z.infer<typeof engineStateSchema>;

/** The state file's content; null if there is none or it is invalid (old or damaged: treated as missing). */
export async function readEngineState(paths: RootPaths): Promise<EngineState | null> {
  try {
    const parsed = engineStateSchema.safeParse(JSON.parse(await readFile(paths.state, 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Whether this user may not read the state, or not know whether there is one: the engine may be running. */
export const isStateHidden = (paths: RootPaths): Promise<boolean> =>
  access(paths.state, constants.R_OK).then(
    () => false,
    (error: unknown) => systemCode(error) === 'EACCES',
  );

export function writeEngineState(paths: RootPaths, state: EngineState): Promise<Result<void, AppError>> {
  return writeFileAtomic(paths.state, `${JSON.stringify(state)}\n`, {
    mode: 0o644,
    code: 'engine.start-failed',
  });
}
