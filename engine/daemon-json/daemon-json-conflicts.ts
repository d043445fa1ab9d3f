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
  hosts: message('daemon-json.engine-must-listen-behind-the-gateway'),
  'data-root': message('daemon-json.data-belongs-below-the-engine-directory'),
  'exec-root': message('daemon-json.run-time-files-have-their-directory'),
  pidfile: message('daemon-json.pid-file-has-its-directory'),
  bridge: message('daemon-json.engine-has-network-bridge-of-its-own'),
  bip: message('daemon-json.engine-has-network-bridge-of-its-own-with'),
  group: message('daemon-json.engine-own-socket-is-root-alone-users'),
  'default-address-pools': message('daemon-json.engine-has-address-pools-of-its-own'),
  containerd: message('daemon-json.engine-runs-containerd-of-its-own'),
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
        message('daemon-json.cannot-be-set-here', { key, why }),
        message('daemon-json.remove-from-daemon-json', { key }),
      );
  }

  const firewall = findNodeAtLocation(root, ['firewall-backend']);
  if (desired.configFile !== 'machine' && firewall !== undefined && getNodeValue(firewall) === 'nftables')
    add(
      '/firewall-backend',
      firewall,
      message('daemon-json.nftables-table-is-shared'),
      message('daemon-json.remove-from-daemon-json', { key: 'firewall-backend' }),
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
      message('daemon-json.runtime-name-is-isolation-runtime-here-it', { runtimeName: desired.runtimeName }),
      message('daemon-json.give-other-runtime-another-name-than', { runtimeName: desired.runtimeName }),
    );
  }
  if (!desired.eci) return conflicts;

  const remap = findNodeAtLocation(root, ['userns-remap']);
  if (remap !== undefined && getNodeValue(remap) !== '' && getNodeValue(remap) !== null) {
    add(
      '/userns-remap',
      remap,
      message('daemon-json.engine-own-user-namespace-remapping-puts-every'),
      message('daemon-json.remove-userns-remap-from-daemon-json'),
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
