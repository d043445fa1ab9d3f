import type { ImageTrust } from '../trust/image-verdict.ts';
import type { MountAdmission } from './admission.ts';
import type { EngineContainers } from './engine-containers.ts';
import type { InheritedListener } from '../../shared/gateway/listener-handoff.ts';
import type { SocketMounts } from '../base/socket-mount.ts';

/** Everything of a gateway that concerns sockets of containers. */
export interface SocketMountModule {
  readonly mounts: SocketMounts;
  readonly admission: MountAdmission;
  readonly containers: EngineContainers;
  readonly trust: ImageTrust | null;
  /** Listens on the recorded sockets and begins to follow the engine. */
  start(inherited: readonly InheritedListener[]): Promise<void>;
  /** From now on no socket is created: its creators wait. Resolves when none is being created. */
  holdOpening(): Promise<void>;
  resumeOpening(): void;
  /** Stops following the engine and creating sockets, which the next gateway would not know. */
  retire(): void;
  /** Sockets and records stay, for the next gateway. */
  close(graceMs?: number): Promise<void>;
}
