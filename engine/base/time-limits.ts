import { expectSlowness, scaledLimit } from './machine-speed.ts';

/** How long a start or restart of an engine may take where the user says nothing else, ms. */
export const usualStartMs = 90_000;

/**
 * How long what is not stuck takes at most on a usual machine, ms. What can report progress (heartbeats of
 * gateway and planner, the event of a reload) is watched by that as well; limits of a user's own files and
 * processes are where those are read.
 */
export const usualLimits = {
  /** The engine's answer to a request that reads what it has in memory. */
  engineRead: 10_000,
  /** One probe of a verification, in a container of its own. */
  probe: 30_000,
  /** dockerd, from its start to its first answer. */
  engineReady: 60_000,
  /** containerd, from its start to taking connections. */
  containerdReady: 20_000,
  /** dockerd, from SIGTERM to its end: it stops its containers first, which have ten seconds each. */
  engineStop: 60_000,
  /** dockerd, from SIGHUP to the event that it has reloaded. */
  engineReload: 15_000,
  /** The planner, from its start to listening. */
  plannerReady: 20_000,
  /** The gateway, from its start to listening. */
  gatewayReady: 20_000,
  /** The gateway of an upgrade, from its start to serving in place of the one before. */
  gatewaySuccessor: 15_000,
  /** lxcfs, from its start to its mount. */
  lxcfsReady: 5_000,
  /**
   * lxcfs, to answer a read of one of its files. Without an answer, twice in a row, it hangs every reader of
   * /proc/meminfo and is killed; not sooner, since its death costs all containers these files.
   */
  lxcfsResponse: 3_000,
} as const;

/** The limit of this machine, ms: longer where it is slow (`scaledLimit`). */
export const timeLimit = (name: keyof typeof usualLimits): Promise<number> => scaledLimit(usualLimits[name]);

/**
 * Has the limits of a start's parts follow the time that the user gives the whole, ms: who allows six minutes
 * allows dockerd four.
 */
export const allowForStart = (timeoutMs: number): void => {
  expectSlowness(timeoutMs / usualStartMs);
};
