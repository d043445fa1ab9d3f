import type { DecisionLog } from '../audit/decision-log.ts';
import type { SettingsWatch } from '../settings/settings-watch.ts';
import type { EngineFacts } from '../engine-api/engine-facts.ts';
import type { Turns } from '../turns/turns.ts';
import type { GatewayCounters } from '../metrics/counters.ts';
import type { SharingUsers } from '../sharing/sharing-users.ts';
import type { SocketMountModule } from '../sockets/socket-mount-module.ts';
import type { SocketMounts } from '../base/socket-mount.ts';
import type { readMachineNetworks } from './machine-networks.ts';

export interface GatekeeperOptions {
  readonly settings: SettingsWatch;
  readonly audit: DecisionLog;
  readonly facts: EngineFacts;
  /** Removes a container with its anonymous volumes. Missing: nothing is removed (a simulation). */
  readonly removeContainer?: (id: string) => Promise<void>;
  /** The runtime every container gets (A6); null: the one of the backend that the settings choose. */
  readonly runtime: string | null;
  readonly requireUserNamespace: boolean;
  readonly engineDirectories: readonly string[];
  readonly engineSockets: readonly string[];
  /** Sockets of containers' own. Without them what comes in by one is refused. */
  readonly socketMounts?: SocketMounts;
  /**
   * Creates and removes sockets of containers; null or missing: no container gets one.
   */
  readonly sockets?: SocketMountModule | null;
  /** The sharing users of containers. Missing: binds are handled by the engine alone. */
  readonly sharing?: SharingUsers | null;
  /**
   * The one that clients use: what an allowed image gets a socket of its own for. Missing: the usual places
   * only.
   */
  readonly clientSocket?: string;
  /** A line for the gateway's own log. */
  readonly log?: (line: string) => void;
  readonly counters?: GatewayCounters;
  /**
   * What the engine's machine has besides the engine's own networks. Missing: it is read from this machine.
   */
  readonly machineNetworks?: typeof readMachineNetworks;
  /** The turns that requests are decided in. Missing: turns of its own. */
  readonly turns?: Turns;
}
