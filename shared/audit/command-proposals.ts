import type { StoredAuditEntry } from './entry.ts';
import { commandAllowed, dockerCommands, listedCommand, namedCommands } from '../settings/commands.ts';
import type { CommandList } from '../settings/effective.ts';
import { parseImageReference } from '../settings/image-reference.ts';
import { isMadeHere } from './image-proposals.ts';
import {
  type Allowance,
  type ProposalContext,
  socketMountPointer,
  makeProposal,
  toAllowance,
} from './proposal.ts';

/** A command list that allows `command`; null if it is allowed already, or no list can name the command. */
export function listAllowing(list: CommandList, command: string): readonly string[] | null {
  if (list.type === 'allow') return commandAllowed(list, command) ? null : [...list.commands, command];
  if (!namedCommands(list.commands).has(command)) return null;
  return list.commands.flatMap((entry) => {
    const named = listedCommand(entry);
    if (named.kind === 'command') return named.command.name === command ? [] : [entry];
    // A group is replaced by its other commands.
    if (named.kind === 'group' && named.commands.some(({ name }) => name === command))
      return named.commands
        .map(({ name }) => name)
        .filter((name) => name !== command && !list.commands.includes(name));
    return [entry];
  });
}

/** Entries of a deny list that name no command: while there is one, everything is denied. */
const unreadable = (list: CommandList): readonly string[] =>
  list.type === 'deny'
    ? list.commands.filter((entry) => ['unknown', 'unsupported'].includes(listedCommand(entry).kind))
    : [];

export function commandProposals(
  entry: StoredAuditEntry,
  { settings, images }: Pick<ProposalContext, 'settings' | 'images'>,
  index: number | null,
): Allowance {
  const list: CommandList | undefined =
    index === null ? settings.socket.commands : settings.socket.perImage[index];
  const command = entry.subject?.command;
  if (
    list === undefined ||
    command === undefined ||
    entry.rule !== 'command-blocked' ||
    !dockerCommands.some(({ name }) => name === command)
  )
    return { kind: 'by-hand' };
  const pointer =
    index === null
      ? `${socketMountPointer}/commandList/commands`
      : `/bulkhead/perImageCommandLists/${index}/commands`;
  const image = entry.subject?.image ?? entry.origin?.image ?? '';
  const odd = unreadable(list);
  if (odd.length > 0) {
    const left = list.commands.filter((one) => !odd.includes(one));
    return toAllowance([
      makeProposal(
        'unlisted-entry',
        [{ pointer, value: listAllowing({ ...list, commands: left }, command) ?? left }],
        'narrow',
        { entries: odd.join(', '), command },
      ),
    ]);
  }
  const next = listAllowing(list, command);
  if (next === null) return { kind: 'allowed-already' };
  if (index !== null)
    return toAllowance([
      makeProposal('command', [{ pointer, value: next }], 'narrow', {
        command,
        image: settings.socket.perImage[index]?.image ?? '',
      }),
    ]);
  const reference = parseImageReference(image);
  // A list applies by content (B7): never to an image made here. Neither did one that names the image.
  const forImage =
    reference.ok &&
    reference.value.kind === 'image' &&
    !isMadeHere(reference.value, images) &&
    !settings.socket.perImage.some((own) => own.image === image)
      ? [
          makeProposal(
            'command-for-image',
            [
              {
                pointer: '/bulkhead/perImageCommandLists/-',
                value: { image, type: list.type, commands: next },
              },
            ],
            'narrow',
            { command, image },
          ),
        ]
      : [];
  return toAllowance([
    ...forImage,
    makeProposal('command', [{ pointer, value: next }], 'wide', { command, image: '' }),
  ]);
}
