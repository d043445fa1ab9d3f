import type { StoredAuditEntry } from './entry.ts';
import { commandAllowed, dockerCommands, listedCommand, namedCommands } from '../settings/commands.ts';
import type { CommandList, EffectiveSettings } from '../settings/effective.ts';
import {
  canonicalReference,
  familiarReference,
  parseImageReference,
  referenceCovers,
  type ImageReference,
} from '../settings/image-reference.ts';
import { expandShare, judgeShare, type ShareContext, type ShareDanger } from '../settings/shares.ts';
import { isInside } from '../policy/bind-source.ts';
import { isFixedPointer, type FixedSettingPointer } from '../rules/setting-pointer.ts';

/** One edit of the document; undefined would remove. Pointers are of the draft the proposal was made for. */
export interface ProposedEdit {
  readonly pointer: string;
  readonly value: unknown;
}

/** How a proposal reads; each code is a text in the window's languages, with `params`. */
export const proposalCodes = [
  'image-digest',
  'image-tag',
  'image-any-tag',
  'derived-images',
  'command-for-image',
  'command',
  'unlisted-entry',
  'share',
  'share-parent',
  'docker-load',
  'existing-warn',
  'scope-all',
  'environment-sockets',
  'environment-never',
] as const;
export type ProposalCode = (typeof proposalCodes)[number];

/** A change of the draft that would allow what an entry of the decision log tells of. */
export interface Proposal {
  readonly code: ProposalCode;
  readonly params: Readonly<Record<string, string>>;
  readonly edits: readonly ProposedEdit[];
  /**
   * `narrow`: no more than what was asked for. `wide`: more than that. `dangerous`: it gives up protection;
   * never preselected.
   */
  readonly reach: 'narrow' | 'wide' | 'dangerous';
  /** Why sharing the directory is dangerous. */
  readonly danger?: ShareDanger;
}

/** What can be done about an entry. */
export type Allowance =
  | { readonly kind: 'proposals'; readonly proposals: readonly Proposal[] }
  /**
   * The draft allows it already; applying it is what is left. Or the applied settings do, and trying again
   * is.
   */
  | { readonly kind: 'allowed-already' }
  /** A setting would help, but nothing exact can be said: the page where it is edited is. */
  | { readonly kind: 'by-hand' }
  /** No setting changes it. */
  | { readonly kind: 'no-setting' }
  /** Nothing was refused. */
  | { readonly kind: 'not-refused' };

export interface ProposalContext {
  /** The draft's settings. */
  readonly settings: EffectiveSettings;
  /** References and digests of local images, to name the exact one. */
  readonly images: readonly {
    readonly id: string;
    readonly tags: readonly string[];
    readonly digests: readonly string[];
  }[];
  readonly shares: ShareContext & { readonly tmp?: string };
}

const mount = '/enhancedContainerIsolation/dockerSocketMount';
const one = (
  code: ProposalCode,
  edits: readonly ProposedEdit[],
  reach: Proposal['reach'],
  params: Proposal['params'] = {},
): Proposal => ({ code, params, edits, reach });
const some = (proposals: readonly Proposal[]): Allowance =>
  proposals.length === 0 ? { kind: 'by-hand' } : { kind: 'proposals', proposals };

/**
 * The exact changes of the draft that would allow what was refused (or would have been, in audit mode); the
 * narrowest first.
 */
export function allowanceFor(entry: StoredAuditEntry, context: ProposalContext): Allowance {
  const warned = entry.outcome === 'allow' && entry.setting !== null;
  if (entry.outcome !== 'deny' && entry.outcome !== 'would-deny' && !warned) return { kind: 'not-refused' };
  const { settings } = context;
  const ownList = /^\/bulkhead\/perImageCommandLists\/(\d+)$/.exec(entry.setting ?? '')?.[1];
  if (ownList !== undefined)
    return entry.rule === 'not-own'
      ? widerScope(settings, Number(ownList))
      : commandProposals(entry, settings, Number(ownList));
  const { setting } = entry;
  if (setting === null) return { kind: 'no-setting' };
  return isFixedPointer(setting) ? proposalsFor[setting](entry, context) : { kind: 'by-hand' };
}

/** What can be done about a refusal, by the setting that would allow it. */
const proposalsFor: Readonly<
  Record<FixedSettingPointer, (entry: StoredAuditEntry, context: ProposalContext) => Allowance>
> = {
  '/enhancedContainerIsolation/dockerSocketMount/imageList': imageProposals,
  '/enhancedContainerIsolation/dockerSocketMount/commandList': (entry, { settings }) =>
    commandProposals(entry, settings, null),
  '/filesharingAllowedDirectories': shareProposals,
  '/blockDockerLoad': (_, { settings }) =>
    settings.blockDockerLoad.value
      ? some([one('docker-load', [{ pointer: '/blockDockerLoad/value', value: false }], 'wide')])
      : { kind: 'allowed-already' },
  '/bulkhead/existingContainers': ({ outcome }, { settings }) =>
    outcome === 'allow' || settings.existingContainers === 'warn'
      ? { kind: 'allowed-already' }
      : some([
          one('existing-warn', [{ pointer: '/bulkhead/existingContainers', value: 'warn' }], 'dangerous'),
        ]),
  '/bulkhead/socketMounts/scope': (_, { settings }) => widerScope(settings, null),
  '/bulkhead/hideEnvironment': (entry, { settings }) => environmentProposals(entry, settings),
};

/** What a client through a mounted socket sees: one list's scope, or the general one. */
function widerScope(settings: EffectiveSettings, list: number | null): Allowance {
  const scope = list === null ? settings.socket.scope : settings.socket.perImage[list]?.scope;
  if (scope === undefined) return { kind: 'by-hand' };
  if (scope === 'all') return { kind: 'allowed-already' };
  const params = list === null ? {} : { image: settings.socket.perImage[list]?.image ?? '' };
  return some([
    one(
      'scope-all',
      [
        {
          pointer:
            list === null ? '/bulkhead/socketMounts/scope' : `/bulkhead/perImageCommandLists/${list}/scope`,
          value: 'all',
        },
      ],
      'dangerous',
      params,
    ),
  ]);
}

function environmentProposals(entry: StoredAuditEntry, settings: EffectiveSettings): Allowance {
  const pointer = '/bulkhead/hideEnvironment';
  const throughSocket = entry.origin?.kind === 'socket-mount';
  if (
    settings.hideEnvironment === 'never' ||
    (settings.hideEnvironment === 'socket-mounts' && !throughSocket)
  )
    return { kind: 'allowed-already' };
  const never = one('environment-never', [{ pointer, value: 'never' }], 'wide');
  return some(
    throughSocket
      ? [never]
      : [one('environment-sockets', [{ pointer, value: 'socket-mounts' }], 'narrow'), never],
  );
}

/**
 * The image that an entry is about, as a reference: what was named, or a name of the local image that was
 * named by its id.
 */
function imageOf(entry: StoredAuditEntry, context: ProposalContext): ImageReference | null {
  const written = entry.subject?.image ?? entry.image ?? entry.origin?.image ?? '';
  const parsed = parseImageReference(written);
  if (parsed.ok) return parsed.value;
  const local = context.images.find((image) => image.id === written || image.id === `sha256:${written}`);
  const name = parseImageReference(local?.tags[0] ?? local?.digests[0] ?? '');
  return name.ok ? name.value : null;
}

/** Digests that the local image of a reference has under that repository. */
export function localDigests(
  reference: ImageReference,
  images: ProposalContext['images'],
): readonly string[] {
  if (reference.kind === 'any') return [];
  if (reference.digest !== null) return [reference.digest];
  const wanted = canonicalReference(reference);
  const local = images.find((image) =>
    image.tags.some((tag) => {
      const parsed = parseImageReference(tag);
      return parsed.ok && canonicalReference(parsed.value) === wanted;
    }),
  );
  return (local?.digests ?? []).flatMap((digest) => {
    const parsed = parseImageReference(digest);
    return parsed.ok &&
      parsed.value.kind === 'image' &&
      parsed.value.digest !== null &&
      parsed.value.domain === reference.domain &&
      parsed.value.path === reference.path
      ? [parsed.value.digest]
      : [];
  });
}

function imageProposals(entry: StoredAuditEntry, context: ProposalContext): Allowance {
  const reference = imageOf(entry, context);
  if (reference === null || reference.kind === 'any' || reference.path.includes('*'))
    return { kind: 'by-hand' };
  const { images: listed, allowDerivedImages } = context.settings.socket;
  const pointer = `${mount}/imageList/images/-`;
  const covered = (wanted: ImageReference): boolean =>
    listed.some((written) => {
      const parsed = parseImageReference(written);
      return parsed.ok && referenceCovers(parsed.value, wanted);
    });
  const proposals: Proposal[] = [];
  const add = (
    code: ProposalCode,
    wanted: ImageReference,
    reach: Proposal['reach'],
    params: Proposal['params'],
  ) => {
    if (!covered(wanted))
      proposals.push(one(code, [{ pointer, value: familiarReference(wanted) }], reach, params));
  };
  const repository = familiarReference({ ...reference, tag: '*', digest: null }).replace(/:\*$/, '');
  const digest = localDigests(reference, context.images)[0];
  if (digest !== undefined)
    add('image-digest', { ...reference, tag: null, digest, tagWritten: false }, 'narrow', {
      digest,
      repository,
    });
  if (reference.tag !== null && reference.tag !== '*')
    add('image-tag', { ...reference, digest: null, tagWritten: true }, 'wide', {
      tag: reference.tag,
      repository,
    });
  add('image-any-tag', { ...reference, tag: '*', digest: null, tagWritten: true }, 'wide', { repository });
  // It is listed, and its content was not what the entry stands for: a derived image, or another one under
  // that name.
  if (!allowDerivedImages)
    proposals.push(
      one('derived-images', [{ pointer: `${mount}/imageList/allowDerivedImages`, value: true }], 'wide'),
    );
  return some(proposals);
}

/**
 * A command list that lets `command` through; null where it does already, or no list can name the command.
 */
export function listAllowing(list: CommandList, command: string): readonly string[] | null {
  if (list.type === 'allow') return commandAllowed(list, command) ? null : [...list.commands, command];
  if (!namedCommands(list.commands).has(command)) return null;
  return list.commands.flatMap((entry) => {
    const named = listedCommand(entry);
    if (named.kind === 'command') return named.command.name === command ? [] : [entry];
    // A group stays, less the one command.
    if (named.kind === 'group' && named.commands.some(({ name }) => name === command))
      return named.commands
        .map(({ name }) => name)
        .filter((name) => name !== command && !list.commands.includes(name));
    return [entry];
  });
}

/** Entries of a deny list that name nothing: while one is there, everything is denied. */
const unreadable = (list: CommandList): readonly string[] =>
  list.type === 'deny'
    ? list.commands.filter((entry) => ['unknown', 'unsupported'].includes(listedCommand(entry).kind))
    : [];

function commandProposals(
  entry: StoredAuditEntry,
  settings: EffectiveSettings,
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
    index === null ? `${mount}/commandList/commands` : `/bulkhead/perImageCommandLists/${index}/commands`;
  const image = entry.subject?.image ?? entry.origin?.image ?? '';
  const odd = unreadable(list);
  if (odd.length > 0) {
    const left = list.commands.filter((one) => !odd.includes(one));
    return some([
      one(
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
    return some([
      one('command', [{ pointer, value: next }], 'narrow', {
        command,
        image: settings.socket.perImage[index]?.image ?? '',
      }),
    ]);
  const reference = parseImageReference(image);
  const forImage =
    reference.ok && reference.value.kind === 'image'
      ? [
          one(
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
  return some([...forImage, one('command', [{ pointer, value: next }], 'wide', { command, image: '' })]);
}

function shareProposals(entry: StoredAuditEntry, context: ProposalContext): Allowance {
  const path = entry.subject?.path;
  if (path === undefined || !path.startsWith('/')) return { kind: 'by-hand' };
  const { fileSharing } = context.settings;
  const before =
    fileSharing.kind === 'list'
      ? null
      : [
          { path: '$HOME', sharedByDefault: true },
          { path: '$TMP', sharedByDefault: true },
        ];
  const shared = (before ?? (fileSharing.kind === 'list' ? fileSharing.directories : []))
    .map((share) => expandShare(share.path, context.shares))
    .filter((share) => share !== null);
  if (shared.some((share) => isInside(path, share.replace(/(?<=.)\/+$/, ''))))
    return { kind: 'allowed-already' };
  const propose = (code: 'share' | 'share-parent', directory: string): Proposal[] => {
    const verdict = judgeShare(directory, context.shares);
    if (verdict.kind === 'invalid') return [];
    const added = { path: directory, sharedByDefault: false };
    // A missing key means $HOME and $TMP: they stay when a list comes into being.
    const edits =
      before === null
        ? [{ pointer: '/filesharingAllowedDirectories/-', value: added }]
        : [{ pointer: '/filesharingAllowedDirectories', value: [...before, added] }];
    if (verdict.kind === 'dangerous')
      return [{ ...one(code, edits, 'dangerous', { path: directory }), danger: verdict.danger }];
    return [one(code, edits, code === 'share' ? 'narrow' : 'wide', { path: directory })];
  };
  const parent = path.slice(0, path.lastIndexOf('/'));
  // A dangerous parent is nobody's need.
  return some([
    ...propose('share', path),
    ...(parent === '' ? [] : propose('share-parent', parent).filter(({ reach }) => reach !== 'dangerous')),
  ]);
}
