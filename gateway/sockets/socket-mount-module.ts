import type { ImageTrust } from '../trust/image-trust.ts';
import type { MountAdmission } from './admission.ts';
import type { EngineContainers } from './engine-containers.ts';
import type { InheritedListener } from '../../shared/gateway/listener-handoff.ts';
import type { SocketMounts } from '../base/socket-mount.ts';

/** All a gateway has that concerns sockets of containers' own. */
export interface SocketMountModule {
  readonly mounts: SocketMounts;
  readonly admission: MountAdmission;
  readonly containers: EngineContainers;
  readonly trust: ImageTrust | null;
  /** Listens on what is on record and begins to follow the engine. */
  start(inherited: readonly InheritedListener[]): Promise<void>;
  /** Follows the engine no more, and makes no socket: the next gateway would not know of it. */
  retire(): void;
  /** Sockets and records stay, for the next gateway. */
  close(graceMs?: number): Promise<void>;
}
