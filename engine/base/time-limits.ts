import { expectSlowness, scaledLimit } from './machine-speed.ts';

/** Default limit of a start or restart of an engine, ms. */
export const usualStartMs = 90_000;

/**
 * Maximum durations, on a usual machine, of operations that are not stuck, ms. Operations that report
 * progress (heartbeats of gateway and planner, the event of a reload) are monitored by that as well; limits
 * on a user's own files and processes are defined where those are read.
 */
export const usualLimits = {
  /** The engine's response to a request that reads what it has in memory. */
  engineRead: 10_000,
  /** One probe of a verification, in a container of its own. */
  probe: 30_000,
  /** dockerd, from its start to its first response. */
  engineReady: 60_000,
  /** containerd, from its start to accepting connections. */
  containerdReady: 20_000,
  /** dockerd, from SIGTERM to its end: it stops its containers first, which have ten seconds each. */
  engineStop: 60_000,
  /** dockerd, from SIGHUP to the event that it has reloaded. */
  engineReload: 15_000,
  /** The planner, from its start to listening. */
  plannerReady: 20_000,
  /** The gateway, from its start to listening. */
  gatewayReady: 20_000,
  /** lxcfs, from its start to its mount. */
  lxcfsReady: 5_000,
  /**
   * lxcfs, to serve a read of one of its files. After two reads in a row without a result, it would hang
   * every reader of /proc/meminfo and is killed; not sooner, since all containers lose these files when it
   * dies.
   */
  lxcfsResponse: 3_000,
} as const;

/** The limit for this machine, ms: longer if it is slow (`scaledLimit`). */
export const timeLimit = (name: keyof typeof usualLimits): Promise<number> => scaledLimit(usualLimits[name]);

/**
 * Scales the limits of the parts of a start with the user's limit for the whole, ms: with six minutes for the
 * start, dockerd gets four.
 */
export const allowForStart = (timeoutMs: number): void => {
  expectSlowness(timeoutMs / usualStartMs);
};
