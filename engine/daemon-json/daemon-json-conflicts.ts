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
  conflicts.push(...builderConflicts(root));
  return conflicts;
}

/** The engine reads keys inside `builder` whatever their case, and a later spelling wins over ours. */
function builderConflicts(root: Node): EngineConfigConflict[] {
  const builder = findNodeAtLocation(root, ['builder']);
  if (builder === undefined || builder.type === 'null') return [];
  const wrongType = (at: string, node: Node): EngineConfigConflict[] => [
    {
      pointer: at,
      value: getNodeValue(node),
      reason: message('daemon-json.must-be-object', { at: at.slice(1) }),
      hint: message('daemon-json.correct-it-in-daemon-json'),
    },
  ];
  if (builder.type !== 'object') return wrongType('/builder', builder);
  const found = misspelt(builder, '/builder', ['entitlements', 'gc']);
  const entitlements = findNodeAtLocation(builder, ['entitlements']);
  if (entitlements === undefined || entitlements.type === 'null') return found;
  if (entitlements.type !== 'object') return [...found, ...wrongType('/builder/entitlements', entitlements)];
  return [
    ...found,
    ...misspelt(entitlements, '/builder/entitlements', ['network-host', 'security-insecure']),
  ];
}

function misspelt(object: Node, at: string, names: readonly string[]): EngineConfigConflict[] {
  // Upper case first: it also folds the long s and the Kelvin sign, as the engine does.
  const fold = (text: string) => text.toUpperCase().toLowerCase();
  return (object.children ?? []).flatMap((property) => {
    const [keyNode, valueNode] = property.children ?? [];
    const key = String(keyNode?.value);
    const known = names.find((name) => fold(name) === fold(key) && name !== key);
    if (known === undefined || valueNode === undefined) return [];
    return [
      {
        pointer: `${at}/${key}`,
        value: getNodeValue(valueNode) as unknown,
        reason: message('daemon-json.must-be-written-as', { key, known }),
        hint: message('daemon-json.rename-in-daemon-json', { key, known }),
      },
    ];
  });
}

/** What the engine's configuration should say. */
export interface DesiredEngineConfig {
  readonly eci: boolean;
  /**
   * Whose daemon.json it is. `own` (default): that of an engine of ours, which registers the runtime by a
   * flag. `machine`: that of the machine's engine; the runtime is registered in it whether ECI is on or off,
   * so that a reload is enough to switch.
   */
  readonly configFile?: 'own' | 'machine';
  readonly runtimeName: string;
  /**
   * Registered by dockerd's `--add-runtime` flag, which adds to the file's `runtimes`; here to recognise a
   * clash.
   */
  readonly runtimePath: string;
}
