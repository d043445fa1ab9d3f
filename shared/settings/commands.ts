import { message, type Message } from '../messages/message.ts';

/** Groups in the form used in a command list (B5). */
export const commandGroups = ['container*', 'image*', 'build*', 'volume*', 'network*', 'system*'] as const;
export type CommandGroup = (typeof commandGroups)[number];

/** A Docker CLI command that a command list may name. */
export interface DockerCommand {
  /** As written in the list: `push`, `volume create`. */
  readonly name: string;
  /** The group it belongs to, null for commands outside every group. */
  readonly group: CommandGroup | null;
  /** What it does, one sentence without a full stop. */
  readonly description: Message;
  /** Other spellings of it: `container run`, `rmi`. */
  readonly aliases: readonly string[];
}

/** name, description, then aliases. The group's own long form (`container run`) is added automatically. */
type Row = readonly [name: string, description: Message, ...aliases: string[]];

const rows: Record<CommandGroup, readonly Row[]> = {
  'container*': [
    ['run', message('docker-commands.run')],
    ['create', message('docker-commands.create')],
    ['exec', message('docker-commands.exec')],
    ['start', message('docker-commands.start')],
    ['stop', message('docker-commands.stop')],
    ['rm', message('docker-commands.rm'), 'container remove'],
    ['cp', message('docker-commands.cp')],
    ['commit', message('docker-commands.commit')],
    ['attach', message('docker-commands.attach')],
    ['logs', message('docker-commands.logs')],
    ['ps', message('docker-commands.ps'), 'container ls', 'container list'],
    ['container inspect', message('docker-commands.container-inspect')],
    ['kill', message('docker-commands.kill')],
    ['restart', message('docker-commands.restart')],
    ['pause', message('docker-commands.pause')],
    ['unpause', message('docker-commands.unpause')],
    ['wait', message('docker-commands.wait')],
    ['top', message('docker-commands.top')],
    ['stats', message('docker-commands.stats')],
    ['port', message('docker-commands.port')],
    ['rename', message('docker-commands.rename')],
    ['update', message('docker-commands.update')],
    ['diff', message('docker-commands.diff')],
    ['export', message('docker-commands.export')],
    ['container prune', message('docker-commands.container-prune')],
  ],
  'image*': [
    ['pull', message('docker-commands.pull')],
    ['push', message('docker-commands.push')],
    ['tag', message('docker-commands.tag')],
    ['rmi', message('docker-commands.rmi'), 'image rm', 'image remove'],
    ['load', message('docker-commands.load')],
    ['save', message('docker-commands.save')],
    ['import', message('docker-commands.import')],
    ['images', message('docker-commands.images'), 'image ls', 'image list'],
    ['history', message('docker-commands.history')],
    ['image inspect', message('docker-commands.image-inspect')],
    ['image prune', message('docker-commands.image-prune')],
    ['search', message('docker-commands.search')],
  ],
  'build*': [
    [
      'build',
      message('docker-commands.build'),
      'buildx build',
      'builder build',
      'image build',
      'buildx',
      'bake',
      'buildx bake',
    ],
    ['builder prune', message('docker-commands.builder-prune'), 'buildx prune'],
  ],
  'volume*': [
    ['volume create', message('docker-commands.volume-create')],
    ['volume inspect', message('docker-commands.volume-inspect')],
    ['volume ls', message('docker-commands.volume-ls'), 'volume list'],
    ['volume prune', message('docker-commands.volume-prune')],
    ['volume rm', message('docker-commands.volume-rm'), 'volume remove'],
    ['volume update', message('docker-commands.volume-update')],
  ],
  'network*': [
    ['network create', message('docker-commands.network-create')],
    ['network connect', message('docker-commands.network-connect')],
    ['network disconnect', message('docker-commands.network-disconnect')],
    ['network inspect', message('docker-commands.network-inspect')],
    ['network ls', message('docker-commands.network-ls'), 'network list'],
    ['network prune', message('docker-commands.network-prune')],
    ['network rm', message('docker-commands.network-rm'), 'network remove'],
  ],
  'system*': [
    ['system df', message('docker-commands.system-df')],
    ['events', message('docker-commands.events')],
    ['info', message('docker-commands.info')],
    ['system prune', message('docker-commands.system-prune')],
  ],
};

/** Commands outside every group. */
const ungrouped: readonly Row[] = [
  ['inspect', message('docker-commands.inspect')],
  ['version', message('docker-commands.version')],
  ['login', message('docker-commands.login')],
  ['logout', message('docker-commands.logout')],
  ['swarm', message('docker-commands.swarm')],
  ['node', message('docker-commands.node')],
  ['service', message('docker-commands.service')],
  ['stack', message('docker-commands.stack')],
  ['secret', message('docker-commands.secret')],
  ['config', message('docker-commands.config')],
  ['context', message('docker-commands.context')],
  ['checkpoint', message('docker-commands.checkpoint')],
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

/** Every command that a list may name, in display order. */
export const dockerCommands: readonly DockerCommand[] = [
  ...commandGroups.flatMap((group) => rows[group].map((row) => command(row, group))),
  ...ungrouped.map((row) => command(row, null)),
];

/**
 * Commands that show what the engine has and change nothing: their calls are GET and HEAD only. Without those
 * that hand out the contents of containers and images (`cp`, `export`, `save`), and `search`, which makes the
 * engine call a registry.
 */
export const readingCommands: readonly string[] = [
  'logs',
  'ps',
  'container inspect',
  'top',
  'stats',
  'port',
  'diff',
  'images',
  'history',
  'image inspect',
  'volume inspect',
  'volume ls',
  'network inspect',
  'network ls',
  'system df',
  'events',
  'info',
  'inspect',
  'version',
];

/** Commands that can't be listed, and why: the calls they make can be listed instead. */
export const unsupportedCommands: Readonly<Record<string, Message>> = {
  compose: message('settings.command-calls-others'),
  dev: message('settings.command-outside-engine'),
  extension: message('settings.command-outside-engine'),
  feedback: message('settings.command-local-only'),
  init: message('settings.command-local-only'),
  manifest: message('settings.command-of-registries'),
  plugin: message('settings.command-of-plugins'),
  plugins: message('settings.command-of-plugins'),
  sbom: message('settings.command-reads-images'),
  scan: message('settings.command-local-only'),
  scout: message('settings.command-reads-images'),
  trust: message('settings.command-seen-as-push-pull'),
};

const bySpelling = new Map(
  dockerCommands.flatMap((c) => [c.name, ...c.aliases].map((spelling) => [spelling, c] as const)),
);

/**
 * The meaning of an entry of a command list. Entries are compared as written, except for space around and
 * between words.
 */
export type ListedCommand =
  | { readonly kind: 'command'; readonly command: DockerCommand }
  | { readonly kind: 'group'; readonly group: CommandGroup; readonly commands: readonly DockerCommand[] }
  | { readonly kind: 'unsupported'; readonly name: string; readonly why: Message }
  | { readonly kind: 'unknown'; readonly name: string };

/** Parses one entry of `commandList.commands`. */
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

/** Canonical names of a list's commands, groups expanded; entries that name no command are left out. */
export function namedCommands(entries: readonly string[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const entry of entries) {
    const listed = listedCommand(entry);
    if (listed.kind === 'command') names.add(listed.command.name);
    else if (listed.kind === 'group') for (const c of listed.commands) names.add(c.name);
  }
  return names;
}

/** Whether this list allows a command (canonical name). B5. */
export function commandAllowed(
  list: { readonly type: 'deny' | 'allow'; readonly commands: readonly string[] },
  name: string,
): boolean {
  return namedCommands(list.commands).has(name) === (list.type === 'allow');
}
