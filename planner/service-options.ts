import type { DeviceNodes } from './config/device-nodes.ts';
import type { ContainerStore } from './containers.ts';
import type { RangeStore } from './ranges/range-store.ts';
import type { SharingOptions } from './shares/shares.ts';
import type { EngineParts } from './shares/sockets.ts';

export interface ServiceOptions {
  readonly ranges: RangeStore;
  readonly containers: ContainerStore;
  readonly parts: EngineParts;
  readonly sharing: SharingOptions;
  /**
   * Where runc finds what is mounted for the container, in a mount namespace of its own; an empty directory
   * for all other processes.
   */
  readonly privateDirectory: string;
  /** Our own device files. */
  readonly deviceNodes: DeviceNodes;
  /** The runtime, as hooks call it. */
  readonly runtimeBinary: string;
  /** Descriptor of a sealed copy of runc (sealed-runc.ts); null: there is none. */
  readonly sealedRunc: () => number | null;
  readonly log: (line: string) => void;
}
