/**
 * Time limits of operations that may be slow without being stuck, ms. They all are in this file; whoever
 * waits imports them from here (docs/design/time-limits.md).
 *
 * Elsewhere, next to what they limit, are limits of what others may take (clients, registries, servers of
 * file systems, a user's own processes), and those of programs that need less than a hundredth of them: no
 * machine is that much slower.
 */

/** However slow the machine, a limit is at most this many times longer: what hangs is given up eventually. */
export const maxSlowness = 20;

/** On a usual machine; whoever waits scales them with the measured speed (engine/base/machine-speed.ts). */
export const usualLimits = {
  /** Start or restart of an engine; a user may set another one. */
  engineStart: 90_000,
  /** The supervisor with all parts of its engine, from SIGTERM to its end. */
  supervisorStop: 150_000,
  /** The engine's response to a request that reads what it has in memory. */
  engineRead: 10_000,
  /** Its response to a ping while it starts, which is pinged again. */
  startingEnginePing: 1_000,
  /** The desktop app, from its start to its window. */
  windowShown: 60_000,
  /** One probe of a verification, in a container of its own. */
  probe: 30_000,
  /** A Docker socket that is mounted in a probe, to its response. */
  probeSocket: 20_000,
  /** dockerd, from its start to its first response. */
  engineReady: 60_000,
  /** containerd, from its start to accepting connections. */
  containerdReady: 20_000,
  /** dockerd, from SIGTERM to its end: it stops its containers first, which have ten seconds each. */
  engineStop: 60_000,
  /** dockerd, from SIGHUP to the event that it has reloaded. */
  engineReload: 15_000,
  /** The same of a dockerd without a supervisor, which is about to be ended: it reloads at once, or hangs. */
  leftoverEngineReload: 5_000,
  /** systemd, to start, stop, restart or reload units of ours: their own limits are shorter. */
  serviceJob: 600_000,
  /** docker.service, without using the processor while it starts or stops. */
  engineServiceStart: 300_000,
  engineServiceStop: 120_000,
  /** Any process, from SIGKILL to its end: it may wait for a device. */
  killedProcessEnd: 10_000,
  /** The planner, from its start to listening. */
  plannerReady: 20_000,
  /** The gateway, from its start to listening. */
  gatewayReady: 20_000,
  /**
   * Gateway and planner, without a sign of their event loop: time in which they waited, and processor time
   * (heartbeat-watch.ts); the same until they are ready.
   */
  heartbeat: 10_000,
  heartbeatAtStart: 30_000,
  /** lxcfs, from its start to its mount. */
  lxcfsReady: 5_000,
  /**
   * lxcfs, to serve a read of one of its files. After two reads in a row without a result, it would hang
   * every reader of /proc/meminfo and is killed; not sooner, since all containers lose these files when it
   * dies.
   */
  lxcfsResponse: 3_000,
  /** The same at the start of a container, which begins without its files otherwise. */
  lxcfsResponseAtStart: 500,
  /** The planner's clean-up after an earlier run, before it refuses to create containers meanwhile. */
  plannerScan: 20_000,
  /** Its check which directories a user has access to, with the user's earlier checks. */
  accessCheck: 15_000,
} as const;

/** The same, of the gateway (gateway/base/time-limit.ts). */
export const gatewayLimits = {
  /** The engine, to the end of its response to a request for which no client waits. */
  engineResponse: 30_000,
  /** A copy, for execs in their start. */
  userLookup: 30_000,
  /** A build, for the reload of the engine that follows a change of the settings. */
  engineReload: 30_000,
} as const;

/** Not scaled, since others wait meanwhile who do not wait longer on a slow machine. */
export const unscaledLimits = {
  /**
   * The engine, to the end of its response to a request of the gateway's for a client: the client's request
   * holds a turn, and others wait for that. An engine that is starting a container blocks requests about it
   * until it runs.
   */
  engineLookup: 30_000,
  /** The same, about its version, which only determines the words of a refusal. */
  engineVersion: 3_000,
  /** An exec, for copies in their beginning: its body may hold a turn. */
  execStart: 30_000,
  /** What is displayed: the engine's response about its state, and its or the gateway's to a ping. */
  engineState: 5_000,
  enginePing: 3_000,
  /**
   * Another process of ours, from SIGTERM, or the end of its work, to its end. `engine stop`, and systemd,
   * wait for several of them.
   */
  processEnd: 5_000,
  /**
   * A plan of mounts that the runtime performs for the planner: one that is late hangs in the kernel. A
   * runtime may wait for two, and for the planner's scan and check (`plannerReply`).
   */
  mountPlan: 30_000,
  /** The mount over the engine's layers that the runtime makes for the gateway. */
  layerGuard: 10_000,
} as const;

/**
 * Of those that cannot measure: units of systemd, which are generated from these values, and C programs,
 * which have the same ones (time-limits.test.ts). They allow for the slowest machine.
 */
export const fixedLimits = {
  /**
   * Gateway and planner, from their start as services to their readiness; a gateway that replaces another
   * one, until it has loaded.
   */
  serviceStart: 300_000,
  /** A gateway that replaces another one, from then on until it serves: clients wait. */
  successorServe: 60_000,
  /** Gateway and planner as services, without a sign of their event loop. */
  serviceWatchdog: 60_000,
  /** The gateway as a service, from SIGTERM to its end; exchanges in progress have `gatewayDrain`. */
  gatewayStop: 20_000,
  gatewayDrain: 15_000,
  /**
   * docker.service, to start or stop, even if it uses the processor all the time; a stop that systemd allows
   * more has more. Meanwhile there is no engine, and only afterwards an installation is rolled back.
   */
  engineServiceJob: 1_800_000,
  /** lxcfs as a service, from its start to its mount. */
  lxcfsServiceReady: 120_000,
  /** lxcfs as a service, to serve a read of one of its files. */
  lxcfsResponse: 60_000,
  /** A verification at the start of the machine, which runs with the lowest priority. */
  verifyService: 1_800_000,
  /**
   * The runtime, for the planner's reply: longer than its scan and its checks. A planner that hangs is killed
   * sooner, and its successor queried.
   */
  plannerReply: 900_000,
  /** The runtime, for a planner that does not listen at the moment. */
  plannerListening: 3_000,
  /** One operation that a probe tries. */
  probeOperation: 5_000,
} as const;
