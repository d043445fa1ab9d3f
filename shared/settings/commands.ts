import { message, type Message } from '../messages/message.ts';
/** Groups as they may be written in a command list (B5). */
export const commandGroups = ['container*', 'image*', 'build*', 'volume*', 'network*', 'system*'] as const;
export type CommandGroup = (typeof commandGroups)[number];

/** A Docker CLI command that a command list may name. */
export interface DockerCommand {
  /** As it is written in the list: `push`, `volume create`. */
  readonly name: string;
  /** The group it belongs to, null for commands outside every group. */
  readonly group: CommandGroup | null;
  /** What it does, one English sentence without a full stop. */
  readonly description: string;
  /** Other spellings of it: `container run`, `rmi`. */
  readonly aliases: readonly string[];
}

/**
 * name, description, then other spellings. The group's own long form (`container run`) is added by itself.
 */
type Row = readonly [name: string, description: string, ...aliases: string[]];

const rows: Record<CommandGroup, readonly Row[]> = {
  'container*': [
    ['run', 'Create and start a container'],
    ['create', 'Create a container'],
    ['exec', 'Run a command in a running container'],
    ['start', 'Start stopped containers'],
    ['stop', 'Stop running containers'],
    ['rm', 'Remove containers', 'container remove'],
    ['cp', 'Copy files between a container and the caller'],
    ['commit', 'Make an image from a container'],
    ['attach', 'Attach to a running container'],
    ['logs', "Fetch a container's output"],
    ['ps', 'List containers', 'container ls', 'container list'],
    ['container inspect', 'Show the details of a container'],
    ['kill', 'Send a signal to containers'],
    ['restart', 'Restart containers'],
    ['pause', 'Pause all processes of containers'],
    ['unpause', 'Let paused containers go on'],
    ['wait', 'Wait until containers stop'],
    ['top', 'List the processes of a container'],
    ['stats', 'Stream resource usage of containers'],
    ['port', 'List the port mappings of a container'],
    ['rename', 'Rename a container'],
    ['update', "Change a container's resource limits"],
    ['diff', 'List changed files of a container'],
    ['export', "Export a container's file system as a tar archive"],
    ['container prune', 'Remove all stopped containers'],
  ],
  'image*': [
    ['pull', 'Download an image from a registry'],
    ['push', 'Upload an image to a registry'],
    ['tag', 'Give an image another name'],
    ['rmi', 'Remove images', 'image rm', 'image remove'],
    ['load', 'Load images from a tar archive'],
    ['save', 'Save images to a tar archive'],
    ['import', 'Make an image from a tar archive of files'],
    ['images', 'List images', 'image ls', 'image list'],
    ['history', 'Show the history of an image'],
    ['image inspect', 'Show the details of an image'],
    ['image prune', 'Remove unused images'],
    ['search', 'Search a registry for images'],
  ],
  'build*': [
    [
      'build',
      'Build an image from a Dockerfile',
      'buildx build',
      'builder build',
      'image build',
      'buildx',
      'bake',
      'buildx bake',
    ],
    ['builder prune', 'Remove the build cache', 'buildx prune'],
  ],
  'volume*': [
    ['volume create', 'Create a volume'],
    ['volume inspect', 'Show the details of a volume'],
    ['volume ls', 'List volumes', 'volume list'],
    ['volume prune', 'Remove unused volumes'],
    ['volume rm', 'Remove volumes', 'volume remove'],
    ['volume update', 'Change a cluster volume'],
  ],
  'network*': [
    ['network create', 'Create a network'],
    ['network connect', 'Connect a container to a network'],
    ['network disconnect', 'Disconnect a container from a network'],
    ['network inspect', 'Show the details of a network'],
    ['network ls', 'List networks', 'network list'],
    ['network prune', 'Remove unused networks'],
    ['network rm', 'Remove networks', 'network remove'],
  ],
  'system*': [
    ['system df', 'Show disk usage'],
    ['events', 'Stream events of the engine'],
    ['info', 'Show facts about the engine'],
    ['system prune', 'Remove unused data'],
  ],
};

/** Commands outside every group. */
const ungrouped: readonly Row[] = [
  ['inspect', 'Show the details of any object'],
  ['version', 'Show versions of client and engine'],
  ['login', 'Log in to a registry'],
  ['logout', 'Log out of a registry'],
  ['swarm', 'Manage a swarm'],
  ['node', 'Manage swarm nodes'],
  ['service', 'Manage swarm services'],
  ['stack', 'Manage swarm stacks'],
  ['secret', 'Manage swarm secrets'],
  ['config', 'Manage swarm configs'],
  ['context', 'Manage contexts'],
  ['checkpoint', 'Manage checkpoints'],
];

const longPrefix: Record<CommandGroup, string> = {
  'container*': 'container',
  'image*': 'image',
  'build*': 'builder',
  'volume*': 'volume',
  'network*': 'network',
  'system*': 'system',
};

function command([name, description, ...aliases]: Row, group: CommandGroup | null): DockerCommand {
  const long =
    group === null || name.includes(' ') || group === 'build*' ? [] : [`${longPrefix[group]} ${name}`];
  return { name, group, description, aliases: [...long, ...aliases].filter((alias) => alias !== name) };
}

/** Every command a list may name, in the order the picker shows them. */
export const dockerCommands: readonly DockerCommand[] = [
  ...commandGroups.flatMap((group) => rows[group].map((row) => command(row, group))),
  ...ungrouped.map((row) => command(row, null)),
];

/** Commands that can't be listed, and why: what they call on the engine can be listed instead. */
export const unsupportedCommands: Readonly<Record<string, Message>> = {
  compose: message('settings.it-calls-run-create-network-create-and'),
  dev: message('settings.it-works-outside-the-engine'),
  extension: message('settings.it-works-outside-the-engine'),
  feedback: message('settings.it-never-reaches-the-engine'),
  init: message('settings.it-never-reaches-the-engine'),
  manifest: message('settings.it-talks-to-registries-not-to-the'),
  plugin: message('settings.plugins-are-refused-while-eci-is-on'),
  plugins: message('settings.plugins-are-refused-while-eci-is-on'),
  sbom: message('settings.it-reads-images-with-save-and-pull'),
  scan: message('settings.it-never-reaches-the-engine'),
  scout: message('settings.it-reads-images-with-save-and-pull'),
  trust: message('settings.it-talks-to-registries-the-engine-sees'),
};

const bySpelling = new Map(
  dockerCommands.flatMap((c) => [c.name, ...c.aliases].map((spelling) => [spelling, c] as const)),
);

/**
 * What an entry of a command list is. Entries are compared as written, but for space around and between
 * words.
 */
export type ListedCommand =
  | { readonly kind: 'command'; readonly command: DockerCommand }
  | { readonly kind: 'group'; readonly group: CommandGroup; readonly commands: readonly DockerCommand[] }
  | { readonly kind: 'unsupported'; readonly name: string; readonly why: Message }
  | { readonly kind: 'unknown'; readonly name: string };

/** Reads one entry of `commandList.commands`. */
export function listedCommand(entry: string): ListedCommand {
  const name = entry
    .trim()
    .replaceAll(/\s+/g, ' ')
    .replace(/^docker /, '');
  const group = commandGroups.find((g) => g === name);
  if (group !== undefined)
    return { kind: 'group', group, commands: dockerCommands.filter((c) => c.group === group) };
  const found = bySpelling.get(name);
  if (found !== undefined) return { kind: 'command', command: found };
  const first = name.split(' ')[0] ?? '';
  const why = Object.hasOwn(unsupportedCommands, first) ? unsupportedCommands[first] : undefined;
  return why === undefined ? { kind: 'unknown', name } : { kind: 'unsupported', name: first, why };
}

/** Canonical names of the commands a list names, groups expanded; entries that name nothing are left out. */
export function namedCommands(entries: readonly string[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const entry of entries) {
    const listed = listedCommand(entry);
    if (listed.kind === 'command') names.add(listed.command.name);
    else if (listed.kind === 'group') for (const c of listed.commands) names.add(c.name);
  }
  return names;
}

/** May a command (canonical name) be sent under this list? B5. */
export function commandAllowed(
  list: { readonly type: 'deny' | 'allow'; readonly commands: readonly string[] },
  name: string,
): boolean {
  return namedCommands(list.commands).has(name) === (list.type === 'allow');
}
