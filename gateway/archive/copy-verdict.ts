import { defaultDeviceAt } from '../../shared/isolation/default-devices.ts';
import { message } from '../../shared/messages/message.ts';
import { deny } from '../../shared/policy/decision.ts';
import type { ContainerFacts, EngineFacts, MountFacts } from '../engine-api/engine-facts.ts';
import type { Verdict } from '../http/exchange.ts';
import { parameter, writeTarget } from '../http/message/target.ts';
import { filterChanges } from './changes.ts';
import { normalizeContainerPath } from './container-view.ts';
import { copyInto } from './copy-into.ts';
import { checkStatAccess, copyOut, checkNamesTransform } from './copy-out.ts';
import { copyOwner } from './copy-owner.ts';
import type { Copy, CopyKind } from './copy.ts';
import { decompressTransform } from './decompress.ts';
import { restoreNameInErrors } from './requested-name.ts';
import { layersIn, overlayLayers } from './engine-view.ts';
import { exportTransform } from './export.ts';
import type { CopyUser, SharingSources } from './sharing-view.ts';

type Forward = Extract<Verdict, { kind: 'forward' }>;

/** The verdict that translates ids of a copy. Throws ResponseReplacedError for one that is refused. */
export async function copyVerdict(
  copy: Copy,
  facts: EngineFacts,
  sharing: SharingSources | null,
): Promise<Forward> {
  const { kind, verdict, pinned, target, container, shares, isRewritten } = copy;
  const source = normalizeContainerPath(parameter(target, 'path') ?? '/');
  switch (kind) {
    case 'into':
      return verdictInto(copy, facts);
    case 'out': {
      const layers = await overlayLayers(container, sharing);
      return { ...pinned, response: copyOut({ container, source, shares, layers }, facts) };
    }
    case 'stat': {
      const outcome = isRewritten ? pinned : verdict;
      return shares === null
        ? outcome
        : { ...outcome, response: checkStatAccess({ container, source, shares }) };
    }
    case 'export':
      return {
        ...pinned,
        response: exportTransform(container, await overlayLayers(container, sharing), facts),
      };
    case 'changes': {
      // The engine compares a stopped container with true ids. Its root is not changed for this.
      const layers = await layersIn(container, sharing);
      return layers === null ? pinned : { ...pinned, response: filterChanges(layers) };
    }
  }
}

async function verdictInto(
  { pinned, target, query, container, shares, byRoot, denyCopy }: Copy,
  facts: EngineFacts,
): Promise<Forward> {
  // The engine writes as root and follows links, which a container and its user may change between the
  // gateway's check and the engine's write.
  if (shares !== null && !byRoot)
    throw denyCopy(
      deny('copy-shared', message('gateway.copy-into-sharing-container', { name: container.facts.name })),
    );
  refuseWritableDevice(container.facts, { byRoot, denyCopy });
  const byContainer = /^(?:1|t|true)$/i.test(parameter(target, 'copyUIDGID') ?? '');
  const others = query.filter(({ key }) => key !== 'copyUIDGID');
  const owner = byContainer ? await copyOwner(container.facts, facts) : null;
  return {
    ...pinned,
    stream: copyInto(
      {
        container,
        destination: normalizeContainerPath(parameter(target, 'path') ?? '/'),
        owner,
        shares,
        denyCopy,
      },
      facts,
    ),
    response: restoreNameInErrors(container),
    ...(byContainer
      ? { target: writeTarget(target.version, `/containers/${container.facts.id}/archive`, others) }
      : {}),
  };
}

/**
 * Refuses a copy by a user other than root into a container that mounts the host's own file of a default
 * device (`-v /dev/null:/path`) writable. For a copy the engine, as root, mounts that file, and an archive
 * with links would make it change the file's mode and times. The container's own mount there (which depends
 * on the backend) is irrelevant: the engine does not copy through it. Throws ResponseReplacedError.
 */
export function refuseWritableDevice(
  { name, mounts }: Pick<ContainerFacts, 'name' | 'mounts'>,
  { byRoot, denyCopy }: CopyUser,
): void {
  const device = mounts.find(isWritableDevice);
  if (device === undefined || byRoot) return;
  throw denyCopy(
    deny('copy-shared', message('gateway.copy-into-container-with-device', { name, path: device.source })),
  );
}

const isWritableDevice = ({ type, source, readOnly }: MountFacts): boolean =>
  type === 'bind' && !readOnly && defaultDeviceAt(source) !== null;

/**
 * The verdict for a container whose ids are not shifted, or that does not exist: only the archive is checked.
 */
export function withCheckedArchive(kind: CopyKind, verdict: Forward, container: string): Forward {
  switch (kind) {
    case 'into':
      return { ...verdict, stream: { begin: () => decompressTransform } };
    case 'out':
      return { ...verdict, response: checkNamesTransform('copy', container) };
    case 'export':
      return { ...verdict, response: checkNamesTransform('export', container) };
    case 'stat':
    case 'changes':
      return verdict;
  }
}
