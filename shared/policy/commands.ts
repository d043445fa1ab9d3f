import { listedCommand, namedCommands } from '../settings/commands.ts';
import type { CommandList, EffectiveSettings, SocketScope } from '../settings/effective.ts';
import { parseImageReference, referenceCovers } from '../settings/image-reference.ts';
import { deny, type Denial, type SettingPointer } from './decision.ts';

/** What an endpoint is in terms of Docker CLI commands, and which commands need it on their way. */
export interface EndpointCommands {
  readonly method: string;
  readonly commands: readonly string[];
  readonly alsoUsedBy: readonly string[];
}

/** A container's mounted socket, as far as the choice of its list depends on it. */
export interface MountedImage {
  /** As the client that made the container named it. */
  readonly image: string;
  /** The entry of the image list that vouches for its content. */
  readonly allowedBy: string;
  /** The allowed image it was built from (B4). */
  readonly derivedFrom: string | null;
}

/** The command list a mounted socket is under. */
export interface GoverningList extends CommandList {
  readonly setting: Exclude<SettingPointer, null>;
  readonly scope: SocketScope;
  readonly scopeSetting: Exclude<SettingPointer, null>;
}

/**
 * The list that counts for a mounted socket (B7): the first per-image one that covers the image, else the general one. What vouches
 * for the content (the allowed entry, the image it was built from) counts beside the name; the name alone chooses only among what
 * that entry lets in anyway.
 */
export function governingList(socket: EffectiveSettings['socket'], mount: MountedImage): GoverningList {
  const names = [mount.allowedBy, ...(mount.derivedFrom === null ? [] : [mount.derivedFrom]), mount.image].flatMap((name) => {
    const parsed = parseImageReference(name);
    return parsed.ok ? [parsed.value] : [];
  });
  const index = socket.perImage.findIndex((list) => {
    const wanted = parseImageReference(list.image);
    return wanted.ok && names.some((name) => referenceCovers(wanted.value, name));
  });
  const own = socket.perImage[index];
  if (own === undefined) return { ...socket.commands, setting: '/enhancedContainerIsolation/dockerSocketMount/commandList', scope: socket.scope, scopeSetting: '/bulkhead/socketMounts/scope' };
  return { type: own.type, commands: own.commands, setting: `/bulkhead/perImageCommandLists/${index}`, scope: own.scope, scopeSetting: `/bulkhead/perImageCommandLists/${index}` };
}

/** Endpoints that clients need to agree on a version; they say nothing of anyone's. */
const negotiation: ReadonlySet<string> = new Set(['version']);

/**
 * May this be asked through a mounted socket (B5)? A deny list denies an endpoint that *is* a listed command; an allow list lets
 * through what a listed command is or needs. A deny list with an entry that names no command denies everything: what it was meant to
 * keep out can't be told. What no list can name (plugins) may be read at most.
 */
export function decideCommand(endpoint: EndpointCommands, list: GoverningList, mount: Pick<MountedImage, 'image'>): Denial | null {
  if (endpoint.commands.length === 0 || endpoint.commands.some((command) => negotiation.has(command))) return null;
  const blocked = (command: string, detail: string) => deny('command-blocked', `docker ${command} through the Docker socket of a container of ${mount.image}`, { spec: 'B5', setting: list.setting, detail });
  const first = endpoint.commands.join('/');
  const named = namedCommands(list.commands);
  if (list.type === 'allow') {
    const needed = [...endpoint.commands, ...endpoint.alsoUsedBy];
    return needed.some((command) => named.has(listedName(command))) ? null : blocked(first, `the list allows only ${quoted(list.commands)}`);
  }
  const unreadable = list.commands.find((entry) => ['unknown', 'unsupported'].includes(listedCommand(entry).kind));
  if (unreadable !== undefined) return blocked(first, `the list denies "${unreadable}", which names no command that can be listed, so everything is denied`);
  const denied = endpoint.commands.find((command) => named.has(listedName(command)));
  if (denied !== undefined) return blocked(denied, `the list denies ${quoted(list.commands)}`);
  return endpoint.method !== 'GET' && !endpoint.commands.some((command) => listedCommand(listedName(command)).kind === 'command') ? blocked(first, 'no list can allow it') : null;
}

/** 'service ls' → 'service': commands whose second word can't be listed on its own. */
function listedName(command: string): string {
  return listedCommand(command).kind === 'command' ? command : command.split(' ')[0] ?? command;
}

function quoted(entries: readonly string[]): string {
  if (entries.length === 0) return 'nothing';
  const shown = entries.slice(0, 8).map((entry) => `"${entry}"`).join(', ');
  return entries.length > 8 ? `${shown} and ${entries.length - 8} more` : shown;
}
