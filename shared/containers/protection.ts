import * as z from 'zod';
import { messageReferenceSchema } from '../messages/schema.ts';

/** Why a container is (not) protected. */
const protectionReasons = [
  'own-range', // isolation runtime, range seen in its uid_map
  'own-range-stopped', // isolation runtime, not running now: gets a range when started
  'eci-off', // made while ECI is off and ECI is off now
  'before-eci', // made before ECI was turned on, with another runtime
  'replaced', // made without ECI or in audit mode, not running, and a protected one has its name
  'audit-mode', // made in audit mode, which lets through what ECI refuses, with another runtime
  'past-gateway', // made after ECI was turned on, with another runtime: on the engine's own socket
  'no-user-namespace', // isolation runtime by name, but its uid_map starts at host id 0
  'unknown', // could not be inspected; never shown as fine
] as const;

/** Times in ISO 8601; no `until`: it has not ended. */
export interface Period {
  readonly from: string;
  readonly until: string | null;
}

export const containerSchema = z.object({
  id: z.string(),
  name: z.string(),
  image: z.string(),
  state: z.enum(['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead']),
  status: z.string(),
  createdAt: z.string(),
  runtime: z.string(),
  protected: z.boolean(),
  reason: z.enum(protectionReasons),
  /** First and last host id of its range, when known. */
  range: z.object({ first: z.number().int(), last: z.number().int() }).nullable(),
  privileged: z.boolean(),
  restartPolicy: z.string(),
  /** Run with --rm: the engine removes it once it stops. */
  autoRemove: z.literal(true).optional(),
  /** Named volumes and anonymous ones: kept on removal by default. */
  volumes: z.array(z.object({ name: z.string(), anonymous: z.boolean(), destination: z.string() })),
  /** The option that prevents recreating it unchanged under ECI ("pid=host"), if any. */
  obstacles: z.array(z.string()),
  /**
   * Sources of bind mounts that are in no shared directory while ECI is on: for an unprotected container of
   * those in force, for a protected one of those of the draft that is planned. Missing if there are none, or
   * if it is not known.
   */
  unsharedMounts: z.array(z.string()).optional(),
  labels: z.record(z.string(), z.string()),
  /**
   * Seconds the engine waits for it when it stops, because its first process ignores the stop signal; missing
   * if it handles the signal, or if that is unknown.
   */
  stopWait: z.number().optional(),
  /**
   * Why it could not be inspected, if its reason is `unknown`; then only id, name, image, state and labels
   * are known.
   */
  whyUnknown: z.string().optional(),
  /** The catalogue sentence of `whyUnknown`. */
  whyUnknownSentence: messageReferenceSchema.optional(),
});
export type Container = z.infer<typeof containerSchema>;

export const containerScanSchema = z.object({
  at: z.string(),
  durationMs: z.number(),
  eci: z.boolean(),
  /** Audit mode was in force. */
  audit: z.literal(true).optional(),
  containers: z.array(containerSchema),
});
export type ContainerScan = z.infer<typeof containerScanSchema>;

/** Has processes: removing it would stop something. */
export const isRunning = (container: Pick<Container, 'state'>): boolean =>
  container.state === 'running' || container.state === 'paused' || container.state === 'restarting';

/** Whether the engine starts it again at its own next start. */
export const restartsByItself = ({ restartPolicy }: Pick<Container, 'restartPolicy'>): boolean =>
  restartPolicy === 'always' || restartPolicy === 'unless-stopped';

/**
 * Whether ECI is on, does not protect it, and something should be done about that. One that was replaced by
 * its recreation counts again once it runs.
 */
export const isUnprotected = ({ protected: isProtected, reason }: Container): boolean =>
  !isProtected && reason !== 'replaced';

/**
 * Whether it was created before ECI was turned on. While ECI is on, a scan from before that still has it as
 * `eci-off`.
 */
export const isFromBeforeEci = ({ reason }: Pick<Container, 'reason'>): boolean =>
  reason === 'before-eci' || reason === 'eci-off';

/** Containers that are unprotected although ECI is on. */
export const unprotected = (scan: ContainerScan): Container[] => scan.containers.filter(isUnprotected);

/**
 * How many are protected, unprotected, and kept beside the protected one that replaced them: these are
 * neither.
 */
export function countByProtection(
  containers: readonly Container[],
): Readonly<Record<'protected' | 'unprotected' | 'replaced', number>> {
  const count = (matches: (container: Container) => boolean) => containers.filter(matches).length;
  return {
    protected: count((container) => container.protected),
    unprotected: count(isUnprotected),
    replaced: count(({ reason }) => reason === 'replaced'),
  };
}

/** Most containers of one removal. */
export const maxRemoved = 10_000;

export const removeRequestSchema = z.object({
  ids: z.array(z.string().min(1)).min(1).max(maxRemoved),
  /** Whether running containers are stopped and removed, too; otherwise they are refused. */
  includeRunning: z.boolean(),
  removeVolumes: z.boolean(),
});
export type RemoveRequest = z.infer<typeof removeRequestSchema>;

export const removeOutcomeSchema = z.object({
  id: z.string(),
  name: z.string(),
  removed: z.boolean(),
  error: z.string().optional(),
  /** The catalogue sentence of `error`; missing for the engine's messages. */
  sentence: messageReferenceSchema.optional(),
  /** It was not even begun: cancelled before. */ notBegun: z.literal(true).optional(),
  /** There is no such container. */ gone: z.literal(true).optional(),
});
export type RemoveOutcome = z.infer<typeof removeOutcomeSchema>;
