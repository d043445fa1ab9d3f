import type { BackendId } from '../../shared/isolation/backends.ts';
import type { BackendReport } from '../../shared/isolation/requirements.ts';
import type { Message } from '../../shared/messages/message.ts';
import type { AppError, Result } from '../../shared/result.ts';
import type { ClaimId } from '../../shared/verify/claims.ts';
import type { RootPaths } from '../base/root-paths.ts';

/** A way to run every container in a user namespace. */
export interface IsolationBackend {
  readonly id: BackendId;
  /** Name under which the runtime is registered in the engine. */
  readonly runtimeName: string;
  /** Really tries its requirements on this machine, without lasting changes. Never throws. */
  report(paths: RootPaths): Promise<BackendReport>;
  /**
   * Installs the runtime files where dockerd expects them (idempotent, atomic: running containers may be
   * using the old ones).
   */
  install(paths: RootPaths): Promise<Result<void, AppError>>;
  /** Absolute path that dockerd registers as the runtime. */
  runtimePath(paths: RootPaths): string;
  /**
   * Environment that dockerd needs for isolation (BuildKit's runc), also while ECI is off if the backend is
   * `switchedByReload`. `runtime`: the registered file; without a file there dockerd does not start.
   */
  engineEnvironment(runtime: string): Readonly<Record<string, string>>;
  /** Whether it needs the planner beside the engine. */
  readonly needsPlanner: boolean;
  /**
   * Claims it cannot make, each with the reason as a sentence for the administrator: they are not probed, and
   * shown as not offered (A3 if all containers share one range).
   */
  readonly notOffered?: Readonly<Partial<Record<ClaimId, string | Message>>>;
}
