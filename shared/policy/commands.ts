import { listedCommand, namedCommands } from '../settings/commands.ts';
import type { CommandList, EffectiveSettings, SocketScope } from '../settings/effective.ts';
import { parseImageReference, referenceCovers } from '../settings/image-reference.ts';
import { deny, type Denial } from './decision.ts';
import { joinMessages } from '../messages/join-messages.ts';
import { message, type Message } from '../messages/message.ts';
import type { SettingPointer } from '../rules/index.ts';

/** An endpoint in terms of Docker CLI commands: those that it is, and those that need it. */
export interface EndpointCommands {
  readonly method: string;
  readonly commands: readonly string[];
  readonly alsoUsedBy: readonly string[];
}

/** A container's mounted socket, as far as it determines the command list. */
export interface MountedImage {
  /** Its name in the client's create request. */
  readonly image: string;
  /** The entry of the image list that allows it by content. */
  readonly allowedBy: string;
  /** The result of image trust for the per-image lists that it was queried for. */
  readonly governing: readonly ListFinding[];
}

/**
 * Whether a per-image list is the one of an image, by the image's content (B7). The result is permanent:
 * content does not change.
 */
export interface ListFinding {
  /** As named in the list. */
  readonly image: string;
  /**
   * `derived`: it is built from the list's image, and so covered by the list while derived images are
   * allowed. `unknown`: it could not be determined.
   */
  readonly its: 'direct' | 'derived' | 'no' | 'unknown';
}

/** The command list that applies to a mounted socket. */
export interface GoverningList extends CommandList {
  readonly setting: Exclude<SettingPointer, null>;
  readonly scope: SocketScope;
  readonly scopeSetting: Exclude<SettingPointer, null>;
  /** Lists that may apply instead, while that can't be determined: what one of them denies is denied. */
  readonly undecided: readonly GoverningList[];
  /** A per-image list that names the image as the client did, and does not apply to its content; or null. */
  readonly unusedListOfName: string | null;
}

/**
 * The list that applies to a mounted socket (B7): the first per-image one that matches the image by content,
 * else the general one. A name selects none: anyone can assign it. While it is unknown whether a list
 * matches, both that list and the next apply.
 */
export function governingList(socket: EffectiveSettings['socket'], mount: MountedImage): GoverningList {
  const possible: GoverningList[] = [];
  const unusedListOfName = unusedList(socket, mount);
  const of = (
    list: CommandList & { readonly scope: SocketScope },
    setting: GoverningList['setting'],
    scopeSetting: GoverningList['setting'],
  ) => {
    possible.push({
      type: list.type,
      commands: list.commands,
      setting,
      scope: list.scope,
      scopeSetting,
      undecided: [],
      unusedListOfName,
    });
  };
  const { lists, decided } = applicableLists(socket, mount);
  for (const index of lists) {
    const list = socket.perImage[index];
    if (list !== undefined)
      of(list, `/bulkhead/perImageCommandLists/${index}`, `/bulkhead/perImageCommandLists/${index}`);
  }
  const general: GoverningList = {
    ...socket.commands,
    setting: '/enhancedContainerIsolation/dockerSocketMount/commandList',
    scope: socket.scope,
    scopeSetting: '/bulkhead/socketMounts/scope',
    undecided: [],
    unusedListOfName,
  };
  if (!decided) possible.push(general);
  const [first = general, ...undecided] = possible;
  const own = possible.find(({ scope }) => scope === 'own') ?? first;
  return { ...first, scope: own.scope, scopeSetting: own.scopeSetting, undecided };
}

/**
 * Places of the per-image lists that may match this image, in order; decided: the last of them does, so later
 * ones do not apply.
 */
function applicableLists(
  socket: EffectiveSettings['socket'],
  mount: MountedImage,
): { readonly lists: readonly number[]; readonly decided: boolean } {
  const lists: number[] = [];
  for (const [index, list] of socket.perImage.entries()) {
    const its = findingOf(list.image, socket, mount);
    if (its === 'no') continue;
    lists.push(index);
    if (its === 'yes') return { lists, decided: true };
  }
  return { lists, decided: false };
}

function findingOf(
  image: string,
  socket: EffectiveSettings['socket'],
  mount: MountedImage,
): 'yes' | 'no' | 'unknown' {
  const list = parseImageReference(image);
  // The linter reports it; it can't match an image.
  if (!list.ok) return 'no';
  const allowedBy = parseImageReference(mount.allowedBy);
  // Content that is trusted under the narrower reference is trusted under the wider one.
  if (allowedBy.ok && referenceCovers(list.value, allowedBy.value)) return 'yes';
  switch (mount.governing.find((finding) => finding.image === image)?.its) {
    case 'direct':
      return 'yes';
    case 'derived':
      return socket.allowDerivedImages ? 'yes' : 'no';
    case 'no':
      return 'no';
    case 'unknown':
    case undefined:
      return 'unknown';
  }
}

function unusedList(socket: EffectiveSettings['socket'], mount: MountedImage): string | null {
  const name = parseImageReference(mount.image);
  const unused = socket.perImage.find(({ image }) => {
    const list = parseImageReference(image);
    return (
      list.ok &&
      name.ok &&
      referenceCovers(list.value, name.value) &&
      findingOf(image, socket, mount) === 'no'
    );
  });
  return unused?.image ?? null;
}

/** Images of per-image lists for which image trust must be queried to determine this image's list. */
export function listsNeedingTrust(socket: EffectiveSettings['socket'], mount: MountedImage): string[] {
  const images = applicableLists(socket, mount).lists.map((index) => socket.perImage[index]?.image ?? '');
  return [...new Set(images)].filter((image) => findingOf(image, socket, mount) === 'unknown');
}

/** Whether two sockets certainly have the same list. */
export const sameList = (a: GoverningList, b: GoverningList): boolean =>
  a.undecided.length === 0 && b.undecided.length === 0 && a.setting === b.setting;

/** Endpoints that clients need for version negotiation; they reveal nothing about objects. */
const negotiation: ReadonlySet<string> = new Set(['version']);

/**
 * Whether this request is allowed through a mounted socket (B5). A deny list denies an endpoint that *is* a
 * listed command; an allow list allows what a listed command is or needs. A deny list with an entry that
 * names no command denies everything: its intention can't be determined. Endpoints that no list can name
 * (plugins) may at most be read.
 */
export function decideCommand(
  endpoint: EndpointCommands,
  list: GoverningList,
  mount: Pick<MountedImage, 'image'>,
): Denial | null {
  for (const one of [list, ...list.undecided]) {
    const denial = decideByList(endpoint, one, mount, list.undecided.length > 0);
    if (denial !== null) return denial;
  }
  return null;
}

function decideByList(
  endpoint: EndpointCommands,
  list: GoverningList,
  mount: Pick<MountedImage, 'image'>,
  undecided: boolean,
): Denial | null {
  if (endpoint.commands.length === 0 || endpoint.commands.some((command) => negotiation.has(command)))
    return null;
  const blocked = (command: string, why: Message) => {
    const detail = undecided ? message('policy.list-undecided', { detail: why }) : why;
    const unused = list.unusedListOfName;
    return deny(
      'command-blocked',
      message('policy.command-through-socket', { command, image: mount.image }),
      {
        setting: list.setting,
        detail: unused === null ? detail : message('policy.list-of-name-unused', { detail, image: unused }),
        subject: { command: listedName(command.split('/')[0] ?? command), image: mount.image },
      },
    );
  };
  const first = endpoint.commands.join('/');
  const named = namedCommands(list.commands);
  if (list.type === 'allow') {
    const needed = [...endpoint.commands, ...endpoint.alsoUsedBy];
    return needed.some((command) => named.has(listedName(command)))
      ? null
      : blocked(
          first,
          list.commands.length === 0
            ? message('policy.list-allows-nothing')
            : message('policy.list-allows-only', { commands: quoted(list.commands) }),
        );
  }
  const unreadable = list.commands.find((entry) =>
    ['unknown', 'unsupported'].includes(listedCommand(entry).kind),
  );
  if (unreadable !== undefined)
    return blocked(first, message('policy.list-denies-unknown-command', { entry: unreadable }));
  const denied = endpoint.commands.find((command) => named.has(listedName(command)));
  if (denied !== undefined)
    return blocked(denied, message('policy.list-denies', { commands: quoted(list.commands) }));
  return endpoint.method !== 'GET' &&
    !endpoint.commands.some((command) => listedCommand(listedName(command)).kind === 'command')
    ? blocked(first, message('policy.not-listable'))
    : null;
}

/** 'service ls' → 'service': groups whose commands can't be listed individually. */
function listedName(command: string): string {
  return listedCommand(command).kind === 'command' ? command : (command.split(' ')[0] ?? command);
}

function quoted(entries: readonly string[]): string | Message {
  const shown = joinMessages(
    'enumeration',
    entries.slice(0, 8).map((entry) => `"${entry}"`),
  );
  return entries.length > 8 ? message('policy.and-more', { shown, count: entries.length - 8 }) : shown;
}
