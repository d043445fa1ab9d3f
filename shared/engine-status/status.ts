import * as z from 'zod';
import { plainText, sentenceOf, type Message } from '../messages/message.ts';
import { messageReferenceSchema } from '../messages/schema.ts';
import { targetKinds } from './kinds.ts';

/**
 * Phase of the supervised engine: what the supervisor last wrote to its state file, checked against the live
 * process.
 */
export const enginePhases = ['stopped', 'starting', 'ready', 'restarting', 'stopping', 'failed'] as const;
/** What an engine is seen to be in. `unreachable`: it may run, but gives this user no answer. */
export const observedPhases = [...enginePhases, 'unreachable'] as const;

/**
 * What else the engine can let change or extend containers, beside ECI. `nri`: plugins by the Node Resource
 * Interface; they see and change every container before our runtime does. `cdi`: devices by CDI specs.
 */
export const engineExtensions = ['nri', 'cdi'] as const;
export type EngineExtension = (typeof engineExtensions)[number];

/** A crash of an engine that is up again. */
export const engineCrashSchema = z.object({
  /** When its end was noticed, ISO 8601 UTC. */
  at: z.string(),
  /** Ids of the containers that it killed, and that did not come back with the engine. */
  containers: z.array(z.string()),
  /** How many it killed that the engine then removed (`--rm`). */
  removed: z.number().int().nonnegative(),
});

/** The target engine as seen from outside: identity, where it listens, what runs. Times are ISO 8601 UTC. */
export const engineStatusSchema = z.object({
  kind: z.enum(targetKinds),
  phase: z.enum(observedPhases),
  /** Name to show: the host's name. */
  name: z.string(),
  /** Root directory of an embedded engine. */
  root: z.string().nullable(),
  /** Client socket (the gateway's). */
  socket: z.string(),
  settingsPath: z.string(),
  daemonJsonPath: z.string(),
  supervisorPid: z.number().int().nullable(),
  dockerdPid: z.number().int().nullable(),
  /** Counts engine (re)starts of this supervisor, from 1. */
  generation: z.number().int().nonnegative(),
  startedAt: z.string().nullable(),
  version: z.string().nullable(),
  apiVersion: z.string().nullable(),
  kernel: z.string().nullable(),
  os: z.string().nullable(),
  storageDriver: z.string().nullable(),
  /** The runtime dockerd uses when a client names none. */
  defaultRuntime: z.string().nullable(),
  counts: z
    .object({ containers: z.number().int(), running: z.number().int(), images: z.number().int() })
    .nullable(),
  /** Missing where the engine has none, or gives no answer. */
  extensions: z.array(z.enum(engineExtensions)).optional(),
  /** True where the gateway answers on `socket`. */
  gatewayUp: z.boolean(),
  plannerUp: z.boolean(),
  /** Whether a service of its own starts it at boot; missing where it is not run by one. */
  startsAtBoot: z.boolean().optional(),
  /**
   * Why `phase` is `failed` or `unreachable`, or a warning worth showing (a bad settings file, last good
   * policy in use).
   */
  problem: z
    .object({
      message: z.string(),
      sentence: messageReferenceSchema.optional(),
      logTail: z.array(z.string()),
    })
    .nullable(),
  /** The last crash since the engine was stopped in order; only a supervised engine knows. */
  crash: engineCrashSchema.nullable().optional(),
});
export type EngineStatus = z.infer<typeof engineStatusSchema>;

export const engineLogLineSchema = z.object({
  at: z.string(),
  source: z.enum(['bulkhead', 'dockerd', 'gateway', 'planner', 'lxcfs', 'supervisor', 'runtime']),
  text: z.string(),
  /** Which sentence of the catalogue `text` is; missing where another program wrote it. */
  sentence: messageReferenceSchema.optional(),
});
export type EngineLogLine = z.infer<typeof engineLogLineSchema>;

/** What is wrong with an engine, as its status has it. `logTail`: the last lines of its log. */
export function engineProblem(
  problem: string | Message,
  logTail: readonly string[] = [],
): NonNullable<EngineStatus['problem']> {
  return { message: plainText(problem), ...sentenceOf(problem), logTail: [...logTail] };
}
