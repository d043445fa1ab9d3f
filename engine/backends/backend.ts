import type { BackendId } from '../../shared/isolation/backends.ts';
import type { BackendReport } from '../../shared/isolation/requirements.ts';
import type { Message } from '../../shared/messages/message.ts';
import type { AppError, Result } from '../../shared/result.ts';
import type { ClaimId } from '../../shared/verify/claims.ts';
import type { RootPaths } from '../base/root-paths.ts';

/** A way to put every container in a user namespace. */
export interface IsolationBackend {
  readonly id: BackendId;
  /** Name the runtime is registered under in the engine. */
  readonly runtimeName: string;
  /** Tries what it needs on this machine, really, without changing it for good. Never throws. */
  report(paths: RootPaths): Promise<BackendReport>;
  /**
   * Puts runtime files where dockerd is pointed at (idempotent, atomic: running containers may be using the
   * old ones).
   */
  install(paths: RootPaths): Promise<Result<void, AppError>>;
  /** Absolute path dockerd registers as the runtime. */
  runtimePath(paths: RootPaths): string;
  /**
   * Environment dockerd needs for isolation (BuildKit's runc), also while ECI is off where the backend is
   * `switchedByReload`. `runtime`: the file that is registered; without one there dockerd does not start.
   */
  engineEnvironment(runtime: string): Readonly<Record<string, string>>;
  /** Whether it needs the planner service beside the engine. */
  readonly needsPlanner: boolean;
  /**
   * Claims it cannot make, each with the reason in a sentence for the admin: they are not probed, and shown
   * as not offered (A3 where all containers share one range).
   */
  readonly notOffered?: Readonly<Partial<Record<ClaimId, string | Message>>>;
}
