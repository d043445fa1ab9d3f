import { findNodeAtLocation, getNodeValue, type Node } from 'jsonc-parser';

/**
 * Something in daemon.json that the engine guarded by us can't run with. Never changed by us: an admin
 * decides.
 */
export interface EngineConfigConflict {
  readonly pointer: string;
  readonly value: unknown;
  /** Why it can't stay, one sentence. */
  readonly reason: string;
  /** What to do. */
  readonly hint: string;
}

/**
 * Keys an embedded engine fixes itself by dockerd flags; dockerd refuses to start when the file has them too.
 */
const fixedByFlags: Readonly<Record<string, string>> = {
  hosts: 'the engine must listen on the socket behind the gateway only',
  'data-root': "the engine's data belongs below its own directory",
  'exec-root': 'the engine keeps its run-time files in a directory of its own',
  pidfile: 'the engine keeps its pid file in a directory of its own',
  bridge: 'the engine has a network bridge of its own',
  bip: 'the engine has a network bridge of its own, with an address of its own',
  group: "the engine's own socket is root's alone; users go through the gateway's",
  'default-address-pools': 'the engine has address pools of its own',
  containerd: 'the engine runs a containerd of its own',
};

/**
 * Everything in the file that contradicts us, in the order of the file's keys. With ECI off only what would
 * stop the engine or the runtime.
 */
export function findConflicts(root: Node | undefined, desired: DesiredEngineConfig): EngineConfigConflict[] {
  if (root === undefined) return [];
  const conflicts: EngineConfigConflict[] = [];
  const add = (pointer: string, node: Node, reason: string, hint: string) => {
    conflicts.push({ pointer, value: getNodeValue(node), reason, hint });
  };

  for (const [key, why] of Object.entries(fixedByFlags)) {
    const node = findNodeAtLocation(root, [key]);
    if (node !== undefined)
      add(`/${key}`, node, `"${key}" can't be set here: ${why}.`, `Remove "${key}" from daemon.json.`);
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
      `The runtime name "${desired.runtimeName}" is the isolation runtime's; here it stands for another program.`,
      `Give the other runtime another name than "${desired.runtimeName}".`,
    );
  }
  if (!desired.eci) return conflicts;

  const remap = findNodeAtLocation(root, ['userns-remap']);
  if (remap !== undefined && getNodeValue(remap) !== '' && getNodeValue(remap) !== null) {
    add(
      '/userns-remap',
      remap,
      "The engine's own user namespace remapping puts every container into one shared range and hides existing images; it can't be combined with Enhanced Container Isolation.",
      'Remove "userns-remap" from daemon.json.',
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
      reason: `"${at.slice(1)}" must be an object.`,
      hint: 'Correct it in daemon.json.',
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
        reason: `"${key}" must be written "${known}": which of the two counts would not be clear.`,
        hint: `Rename "${key}" to "${known}" in daemon.json.`,
      },
    ];
  });
}

/** What the engine's configuration should say. */
export interface DesiredEngineConfig {
  readonly eci: boolean;
  readonly runtimeName: string;
  /**
   * Registered by dockerd's `--add-runtime` flag, which adds to the file's `runtimes`; here to recognise a
   * clash.
   */
  readonly runtimePath: string;
}
