import type { DecisionLog } from '../audit/decision-log.ts';
import type { SettingsWatch } from '../settings/settings-watch.ts';
import type { EngineFacts } from '../engine-api/engine-facts.ts';
import type { OpenSessions } from '../grpc/open-sessions.ts';
import type { StartedBuilds } from '../grpc/started-builds.ts';
import type { Turns } from '../turns/turns.ts';
import type { GatewayCounters } from '../metrics/counters.ts';
import type { SharingUsers } from '../sharing/sharing-users.ts';
import type { SocketMountModule } from '../sockets/socket-mount-module.ts';
import type { SocketMounts } from '../base/socket-mount.ts';
import type { readMachineNetworks } from './machine-networks.ts';
import type { LayerGuard } from './layer-guard.ts';
import type { VolumeUses } from './volume-uses.ts';

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
  /** The sockets of containers. Missing: requests by such a socket are refused. */
  readonly socketMounts?: SocketMounts;
  /**
   * Creates and removes sockets of containers; null or missing: no container gets one.
   */
  readonly sockets?: SocketMountModule | null;
  /** The sharing users of containers. Missing: binds are handled by the engine alone. */
  readonly sharing?: SharingUsers | null;
  /**
   * The clients' socket, in place of which a container of an allowed image gets its own. Missing: the usual
   * paths only.
   */
  readonly clientSocket?: string;
  /** A line for the gateway's own log. */
  readonly log?: (line: string) => void;
  readonly counters?: GatewayCounters;
  /**
   * The networks of the engine's machine besides the engine's own. Missing: they are read from this machine.
   */
  readonly machineNetworks?: typeof readMachineNetworks;
  /** The builds that run. Missing: there is no other gateway of the engine. */
  readonly builds?: StartedBuilds;
  /** The sessions of builds' clients. Missing: likewise. */
  readonly sessions?: OpenSessions;
  /** The volumes of requests under way. Missing: likewise. */
  readonly volumeUses?: VolumeUses;
  /** Keeps the engine from following links in layers. Missing: a simulation, which reads none. */
  readonly layerGuard?: LayerGuard;
  /** Limits the concurrency of decisions. Missing: turns of its own. */
  readonly turns?: Turns;
}
