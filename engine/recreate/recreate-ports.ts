import type Docker from 'dockerode';
import type { RequestedRecreation, RecreateRefusal } from '../../shared/containers/recreate-policy.ts';
import { parseInspection, type ContainerInspection } from '../../shared/containers/container-inspection.ts';
import { ok, type AppError, type Result } from '../../shared/result.ts';
import type { RootPaths } from '../base/root-paths.ts';
import type { EffectiveCaller } from '../base/docker-client-as.ts';
import { requestFailure, statusOf } from '../base/docker-client.ts';
import { message } from '../../shared/messages/message.ts';
import { parseUidMap, readUidMap } from '../scan/scan.ts';

/** What recreating needs from the engine; provided by the target. */
export interface RecreatePorts {
  readonly paths: RootPaths;
  /**
   * The user who requests the new container in place of an old one: determines the home directory, and the
   * sharing user of its directories (A8).
   */
  readonly userFor: (oldId: string) => Promise<EffectiveCaller>;
  /**
   * The clients' socket, as that user: new containers are created and started through the gateway, whose
   * policy applies.
   */
  readonly clients: (user: EffectiveCaller) => Docker;
  /**
   * The engine's own socket, accessible to root only: under ECI the gateway starts, updates and commits no
   * container that is not protected, and a roll back needs that.
   */
  readonly engine: Docker;
  /** Whether ECI is on, and the name of its runtime. */
  readonly protection: () => Promise<{ readonly eci: boolean; readonly runtimeName: string }>;
  /**
   * The gateway's refusals of these requests under the settings that will be in force, by the id of the old
   * container. Absent: refusals appear only when the new one is created.
   */
  readonly refused?: (
    requests: readonly RequestedRecreation[],
  ) => Promise<ReadonlyMap<string, readonly RecreateRefusal[]>>;
  /** How long a container without a health check must run to count as healthy, ms. */
  readonly graceMs: number;
  /** Text of /proc/<pid>/uid_map; null if there is no such process (any more). Injected by tests. */
  readonly uidMap?: (pid: number) => Promise<string | null>;
  /** Called at each point of the journal once it is on disk; tests kill the process there. */
  readonly onCheckpoint?: (point: string) => Promise<void>;
}

/** Inspects by id or name; null if there is none. */
export async function inspect(
  docker: Docker,
  reference: string,
  size = false,
): Promise<Result<ContainerInspection | null, AppError>> {
  try {
    // The client's types don't declare `size`.
    const options: object = size ? { size: true } : {};
    const found: unknown = await docker.getContainer(reference).inspect(options);
    return parseInspection(found);
  } catch (error) {
    return statusOf(error) === 404
      ? ok(null)
      : requestFailure(message('containers.container-not-inspected', { reference }), error);
  }
}

/** The isolation runtime and, while it runs, a user namespace that does not begin at the engine's root. */
export async function isUnderEci(
  { view }: ContainerInspection,
  runtimeName: string,
  { uidMap = readUidMap }: Pick<RecreatePorts, 'uidMap'>,
): Promise<boolean> {
  if (view.HostConfig.Runtime !== runtimeName) return false;
  // Between two restarts the engine says that it runs; it has no process.
  if (!view.State.Running || (view.State.Restarting && view.State.Pid === 0)) return true;
  const map = await uidMap(view.State.Pid).catch(() => null);
  return map !== null && (parseUidMap(map)?.first ?? 0) !== 0;
}
