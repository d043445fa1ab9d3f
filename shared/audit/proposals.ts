import type { StoredAuditEntry } from './entry.ts';
import type { EffectiveSettings } from '../settings/effective.ts';
import { expandShare, judgeShare } from '../settings/shares.ts';
import { isInside } from '../policy/bind-source.ts';
import { isFixedPointer, type FixedSettingPointer } from '../rules/setting-pointer.ts';
import {
  type Proposal,
  type Allowance,
  type ProposalContext,
  makeProposal,
  toAllowance,
} from './proposal.ts';
import { imageProposals } from './image-proposals.ts';
import { commandProposals } from './command-proposals.ts';

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
      : commandProposals(entry, context, Number(ownList));
  const { setting } = entry;
  if (setting === null) return { kind: 'no-setting' };
  return isFixedPointer(setting) ? proposalsFor[setting](entry, context) : { kind: 'by-hand' };
}

/** What can be done about a refusal, by the setting that would allow it. */
const proposalsFor: Readonly<
  Record<FixedSettingPointer, (entry: StoredAuditEntry, context: ProposalContext) => Allowance>
> = {
  '/enhancedContainerIsolation/dockerSocketMount/imageList': imageProposals,
  '/enhancedContainerIsolation/dockerSocketMount/commandList': (entry, context) =>
    commandProposals(entry, context, null),
  '/filesharingAllowedDirectories': shareProposals,
  '/blockDockerLoad': (_, { settings }) =>
    settings.blockDockerLoad.value
      ? toAllowance([
          makeProposal('docker-load', [{ pointer: '/blockDockerLoad/value', value: false }], 'wide'),
        ])
      : { kind: 'allowed-already' },
  '/bulkhead/existingContainers': ({ outcome }, { settings }) =>
    outcome === 'allow' || settings.existingContainers === 'warn'
      ? { kind: 'allowed-already' }
      : toAllowance([
          makeProposal(
            'existing-warn',
            [{ pointer: '/bulkhead/existingContainers', value: 'warn' }],
            'dangerous',
          ),
        ]),
  '/bulkhead/socketMounts/scope': (_, { settings }) => widerScope(settings, null),
  // Which device, and for whom, is an administrator's decision.
  '/bulkhead/devices': () => ({ kind: 'by-hand' }),
  // Whether the server keeps its files from this machine's users: an administrator's decision, too.
  '/bulkhead/networkVolumes': () => ({ kind: 'by-hand' }),
  '/bulkhead/hideEnvironment': (entry, { settings }) => environmentProposals(entry, settings),
};

/** What a client sees through a mounted socket: the scope of one list, or the general one. */
function widerScope(settings: EffectiveSettings, list: number | null): Allowance {
  const scope = list === null ? settings.socket.scope : settings.socket.perImage[list]?.scope;
  if (scope === undefined) return { kind: 'by-hand' };
  if (scope === 'all') return { kind: 'allowed-already' };
  const params = list === null ? {} : { image: settings.socket.perImage[list]?.image ?? '' };
  return toAllowance([
    makeProposal(
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
  const never = makeProposal('environment-never', [{ pointer, value: 'never' }], 'wide');
  return toAllowance(
    throughSocket
      ? [never]
      : [makeProposal('environment-sockets', [{ pointer, value: 'socket-mounts' }], 'narrow'), never],
  );
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
    // A missing key means $HOME and $TMP: they are kept when a list is created.
    const edits =
      before === null
        ? [{ pointer: '/filesharingAllowedDirectories/-', value: added }]
        : [{ pointer: '/filesharingAllowedDirectories', value: [...before, added] }];
    if (verdict.kind === 'dangerous')
      return [{ ...makeProposal(code, edits, 'dangerous', { path: directory }), danger: verdict.danger }];
    return [makeProposal(code, edits, code === 'share' ? 'narrow' : 'wide', { path: directory })];
  };
  const parent = path.slice(0, path.lastIndexOf('/'));
  // Nobody needs a dangerous parent directory.
  return toAllowance([
    ...propose('share', path),
    ...(parent === '' ? [] : propose('share-parent', parent).filter(({ reach }) => reach !== 'dangerous')),
  ]);
}
