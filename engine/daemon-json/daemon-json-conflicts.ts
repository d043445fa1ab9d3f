import { message, type Message } from '../../shared/messages/message.ts';
import { findNodeAtLocation, getNodeValue, type Node } from 'jsonc-parser';

/**
 * A setting in daemon.json with which a guarded engine can't run. We never change it: an administrator
 * decides.
 */
export interface EngineConfigConflict {
  /** '' if it is about the whole file. */
  readonly pointer: string;
  readonly value: unknown;
  /** The reason, one sentence. */
  readonly reason: Message;
  /** What to do. */
  readonly hint: Message;
}

/**
 * Keys that an embedded engine sets by dockerd flags; dockerd refuses to start when the file has them too.
 */
const fixedByFlags = {
  hosts: message('daemon-json.socket-behind-gateway'),
  'data-root': message('daemon-json.own-data-directory'),
  'exec-root': message('daemon-json.own-exec-root'),
  pidfile: message('daemon-json.own-pid-file'),
  bridge: message('daemon-json.own-bridge'),
  bip: message('daemon-json.own-bridge-address'),
  group: message('daemon-json.own-socket'),
  'default-address-pools': message('daemon-json.own-address-pools'),
  containerd: message('daemon-json.own-containerd'),
} as const satisfies Readonly<Record<string, Message>>;

/**
 * All conflicts in the file, in the order of the file's keys. With ECI off only those that would stop the
 * engine or the runtime.
 */
export function findConflicts(root: Node | undefined, desired: DesiredEngineConfig): EngineConfigConflict[] {
  if (root === undefined) return [];
  const conflicts: EngineConfigConflict[] = [];
  const add = (pointer: string, node: Node, reason: Message, hint: Message) => {
    conflicts.push({ pointer, value: getNodeValue(node), reason, hint });
  };

  const fixed = desired.configFile === 'machine' ? { hosts: fixedByFlags.hosts } : fixedByFlags;
  for (const [key, why] of Object.entries(fixed)) {
    const node = findNodeAtLocation(root, [key]);
    if (node !== undefined)
      add(
        `/${key}`,
        node,
        message('daemon-json.key-not-allowed', { key, why }),
        message('daemon-json.remove-key', { key }),
      );
  }

  const firewall = findNodeAtLocation(root, ['firewall-backend']);
  if (desired.configFile !== 'machine' && firewall !== undefined && getNodeValue(firewall) === 'nftables')
    add(
      '/firewall-backend',
      firewall,
      message('daemon-json.nftables-table-shared'),
      message('daemon-json.remove-key', { key: 'firewall-backend' }),
    );

  const runtime = findNodeAtLocation(root, ['runtimes', desired.runtimeName]);
  const runtimePath = runtime === undefined ? undefined : findNodeAtLocation(runtime, ['path']);
  if (
    runtime !== undefined &&
    (runtimePath === undefined ||
      getNodeValue(runtimePath) !== desired.runtimePath ||
      (runtime.children ?? []).length !== 1)
  ) {
    add(
      `/runtimes/${desired.runtimeName}`,
      runtime,
      message('daemon-json.runtime-name-taken', { runtimeName: desired.runtimeName }),
      message('daemon-json.rename-runtime', { runtimeName: desired.runtimeName }),
    );
  }
  if (!desired.eci) return conflicts;

  const remap = findNodeAtLocation(root, ['userns-remap']);
  if (remap !== undefined && getNodeValue(remap) !== '' && getNodeValue(remap) !== null) {
    add(
      '/userns-remap',
      remap,
      message('daemon-json.userns-remap-conflict'),
      message('daemon-json.remove-userns-remap'),
    );
  }
  return conflicts;
}

/** The desired content of the engine's configuration. */
export interface DesiredEngineConfig {
  readonly eci: boolean;
  /**
   * Whose daemon.json it is. `own` (default): that of an embedded engine. `machine`: that of the machine's
   * engine, which reads it itself: it always names the runtime and a default one, so that a reload is enough
   * to switch ECI.
   */
  readonly configFile?: 'own' | 'machine';
  readonly runtimeName: string;
  /**
   * The path of the runtime. An embedded engine gets it from its launch configuration (`launchConfig`); here
   * it reveals a conflict.
   */
  readonly runtimePath: string;
}
