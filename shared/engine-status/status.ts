import * as z from 'zod';
import { plainText, sentenceOf, type Message } from '../messages/message.ts';
import { messageReferenceSchema } from '../messages/schema.ts';
import { targetKinds } from './kinds.ts';

/**
 * Phase of the supervised engine: as last written by the supervisor to its state file, checked against the
 * running process.
 */
export const enginePhases = ['stopped', 'starting', 'ready', 'restarting', 'stopping', 'failed'] as const;
/** The observed state of an engine. `unreachable`: it may be running, but does not respond to this user. */
export const observedPhases = [...enginePhases, 'unreachable'] as const;

/**
 * Mechanisms other than ECI by which the engine lets others change or extend containers. `nri`: plugins by
 * the Node Resource Interface; they see and change every container before our runtime does. `cdi`: devices by
 * CDI specs.
 */
const engineExtensions = ['nri', 'cdi'] as const;
export type EngineExtension = (typeof engineExtensions)[number];

/** A crash of an engine that has been restarted. */
export const engineCrashSchema = z.object({
  /** When its end was noticed, ISO 8601 UTC. */
  at: z.string(),
  /** Ids of the containers that it killed, and that did not return with the engine. */
  containers: z.array(z.string()),
  /** How many of the killed containers the engine then removed (`--rm`). */
  removed: z.number().int().nonnegative(),
});
export type EngineCrash = z.infer<typeof engineCrashSchema>;

/** Whether every container that ran before the crash came back with the engine, or none had to. */
export const lostNothing = ({ containers, removed }: EngineCrash): boolean =>
  containers.length === 0 && removed === 0;

/** The target engine as observed from outside: identity, socket, what runs. Times are ISO 8601 UTC. */
export const engineStatusSchema = z.object({
  kind: z.enum(targetKinds),
  phase: z.enum(observedPhases),
  /** Display name: the host's name. */
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
  /** Missing if the engine has none, or does not respond. */
  extensions: z.array(z.enum(engineExtensions)).optional(),
  /** Whether dockerd's live-restore is in force; missing if the engine does not respond. */
  liveRestore: z.boolean().optional(),
  /** True if the gateway responds on `socket`. */
  gatewayUp: z.boolean(),
  plannerUp: z.boolean(),
  /** Clients can reach the engine past the gateway: `problem` names the ways. Missing if none is known. */
  isBypassed: z.literal(true).optional(),
  /**
   * Processes of gateways that were replaced, and still serve their open connections; missing if there are
   * none.
   */
  replacedGateways: z.array(z.number().int()).optional(),
  /**
   * What `bulkhead install --prepare` has written, and what waits for the next start of the machine or
   * `bulkhead install`: a first installation, or an upgrade of one. Missing if there is nothing.
   */
  prepared: z.enum(['install', 'upgrade']).optional(),
  /** The engine's directory, if it is gone although the engine was started in it. */
  missingRoot: z.string().optional(),
  /** Whether a service of its own starts it at boot; missing if it does not run as a service. */
  startsAtBoot: z.boolean().optional(),
  /**
   * Why `phase` is `failed` or `unreachable`, or a warning (an invalid settings file, last valid policy in
   * use).
   */
  problem: z
    .object({
      message: z.string(),
      sentence: messageReferenceSchema.optional(),
      logTail: z.array(z.string()),
    })
    .nullable(),
  /** The last crash since the engine was last stopped regularly; known only for a supervised engine. */
  crash: engineCrashSchema.nullable().optional(),
});
export type EngineStatus = z.infer<typeof engineStatusSchema>;

export const engineLogLineSchema = z.object({
  at: z.string(),
  source: z.enum(['bulkhead', 'dockerd', 'gateway', 'planner', 'lxcfs', 'supervisor', 'runtime']),
  text: z.string(),
  /** The catalogue sentence of `text`; missing if another program wrote it. */
  sentence: messageReferenceSchema.optional(),
});
export type EngineLogLine = z.infer<typeof engineLogLineSchema>;

/** The problem of an engine, as part of its status. `logTail`: the last lines of its log. */
export function engineProblem(
  problem: string | Message,
  logTail: readonly string[] = [],
): NonNullable<EngineStatus['problem']> {
  return { message: plainText(problem), ...sentenceOf(problem), logTail: [...logTail] };
}
