import { message, type Message } from '../../shared/messages/message.ts';
import { findNodeAtLocation, getNodeValue, type Node } from 'jsonc-parser';

/**
 * Something in daemon.json that the engine guarded by us can't run with. Never changed by us: an admin
 * decides.
 */
export interface EngineConfigConflict {
  readonly pointer: string;
  readonly value: unknown;
  /** Why it can't stay, one sentence. */
  readonly reason: Message;
  /** What to do. */
  readonly hint: Message;
}

/**
 * Keys an embedded engine fixes itself by dockerd flags; dockerd refuses to start when the file has them too.
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
 * Everything in the file that contradicts us, in the order of the file's keys. With ECI off only what would
 * stop the engine or the runtime.
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

/** What the engine's configuration should say. */
export interface DesiredEngineConfig {
  readonly eci: boolean;
  /**
   * Whose daemon.json it is. `own` (default): that of an engine of ours. `machine`: that of the machine's
   * engine, which reads it itself: it always names the runtime and a default one, so that a reload is enough
   * to switch ECI.
   */
  readonly configFile?: 'own' | 'machine';
  readonly runtimeName: string;
  /**
   * Where the runtime is. An engine of ours gets it by what it is started with (`launchConfig`); here it
   * shows a clash.
   */
  readonly runtimePath: string;
}
