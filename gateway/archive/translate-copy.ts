import { capabilitiesOfRuntime } from '../../shared/isolation/backends.ts';
import type { Denial } from '../../shared/policy/decision.ts';
import { EngineUnreachable, type EngineFacts } from '../engine-api/engine-facts.ts';
import { ResponseReplacedError, type GatewayRequest, type Verdict } from '../http/exchange.ts';
import { isRootClient } from '../http/root-client.ts';
import { parameter, parseTarget, writeTarget, type Target } from '../http/message/target.ts';
import { matchRoute } from '../routes/match.ts';
import { copyVerdict, refuseWritableDevice, withCheckedArchive } from './copy-verdict.ts';
import type { Copy, CopyKind } from './copy.ts';
import { withEngineView, layersIn } from './engine-view.ts';
import { changedMeanwhile, inspectIsolated, isUnchanged, type IsolatedContainer } from './isolated.ts';
import { mountedLayers } from './mounted-layers.ts';
import type { RootGuard } from './root-guard.ts';
import { userShares, type CopyUser, type SharingSources } from './sharing-view.ts';
import { withRootGuard } from './guarded-verdict.ts';
import { withoutVolumeLinks } from './volume-links.ts';

type Forward = Extract<Verdict, { kind: 'forward' }>;

export interface CopyContext {
  readonly engine: EngineFacts;
  readonly sharing: SharingSources | null;
  readonly guard: RootGuard | null;
  /** Records a denial of a copy of this container; returns its text for the client. */
  readonly recordDenial: (request: GatewayRequest, denial: Denial, container: string) => string;
}

/**
 * The verdict of a forwarded copy with its ids translated. Throws ResponseReplacedError for one that is
 * refused, and EngineUnreachable.
 */
export async function translateCopy(
  request: GatewayRequest,
  kind: CopyKind,
  verdict: Forward,
  { engine: facts, sharing, guard, recordDenial }: CopyContext,
): Promise<Verdict> {
  const forwarded = targetOf(request, verdict);
  const reference = matchRoute(request.head.method, forwarded.path)?.subject ?? '';
  const copyUser = (container: string): CopyUser => ({
    byRoot: isRootClient(request),
    denyCopy: (denial) => new ResponseReplacedError(403, recordDenial(request, denial, container)),
  });
  const inspected = await inspectIsolated(reference, facts, request.match?.subject);
  if (inspected === null) {
    const container = kind === 'into' ? await facts.container(reference) : null;
    // A backend may shift no ids that the engine sees: its containers are under ECI all the same.
    if (container !== null && capabilitiesOfRuntime(container.runtime) !== null)
      refuseWritableDevice(container, copyUser(container.name));
    return withCheckedArchive(kind, verdict, request.match?.subject ?? '');
  }
  try {
    return await translateIsolatedCopy({ request, kind, verdict, forwarded, inspected }, copyUser, {
      facts,
      sharing,
      guard,
    });
  } catch (error) {
    // What it was read from may have been mounted or unmounted meanwhile.
    if (error instanceof ResponseReplacedError || error instanceof EngineUnreachable) throw error;
    throw (await isUnchanged(inspected, facts)) ? error : changedMeanwhile(inspected.facts.name);
  }
}

/** The same for a container whose ids are shifted. */
async function translateIsolatedCopy(
  {
    request,
    kind,
    verdict,
    forwarded,
    inspected,
  }: {
    readonly request: GatewayRequest;
    readonly kind: CopyKind;
    readonly verdict: Forward;
    readonly forwarded: Target;
    readonly inspected: IsolatedContainer;
  },
  copyUser: (container: string) => CopyUser,
  { facts, sharing, guard }: Pick<CopyContext, 'sharing' | 'guard'> & { readonly facts: EngineFacts },
): Promise<Verdict> {
  const viewed = await withEngineView(inspected, sharing);
  const resolved = await resolveTarget(kind, forwarded, viewed);
  const user = copyUser(inspected.facts.name);
  const shares =
    kind === 'into' || kind === 'out' || kind === 'stat'
      ? await userShares(viewed, sharing, facts, user)
      : null;
  // Mounts are located by resolving links in its files, so the layers must be known.
  const needsLayers = shares !== null && viewed.run === null && viewed.facts.layers === null;
  const container = needsLayers ? await withMountedLayers(viewed, facts) : viewed;
  const copy: Copy = {
    ...user,
    kind,
    verdict,
    pinned: pinnedTo(container, request, verdict, resolved),
    target: resolved.target,
    query: resolved.target.query,
    container,
    shares,
    isRewritten: resolved.isRewritten,
  };
  const upper =
    (await layersIn(container, sharing))?.upper ?? (container.run?.base === 0 ? container.merged : undefined);
  const verdictOf = () => copyVerdict(copy, facts, sharing);
  if (guard === null || upper === undefined || kind === 'changes') return verdictOf();
  return withRootLocked(guard, { copy, upper, clientGone: request.clientGone?.(), facts }, verdictOf);
}

/** Runs `verdictOf` and forwards its copy with the container's root directory locked. */
async function withRootLocked(
  guard: RootGuard,
  {
    copy,
    upper,
    clientGone,
    facts,
  }: {
    readonly copy: Copy;
    readonly upper: string;
    readonly clientGone: AbortSignal | undefined;
    readonly facts: EngineFacts;
  },
  verdictOf: () => Promise<Forward>,
): Promise<Forward> {
  const { id } = copy.container.facts;
  const releaseCopyLock = await guard.acquireCopyLock(id, clientGone);
  try {
    // From here on requests may have the engine read files of the container.
    const release = await guard.lock(id, upper);
    try {
      // The engine does not lock the container for an export, so it delays no other copy.
      return withRootGuard(await verdictOf(), {
        release,
        failed: async () => {
          if (!(await isUnchanged(copy.container, facts))) throw changedMeanwhile(copy.container.facts.name);
        },
        begun: copy.kind === 'export' ? releaseCopyLock : () => undefined,
        settled: releaseCopyLock,
      });
    } catch (error) {
      await release();
      throw error;
    }
  } catch (error) {
    releaseCopyLock();
    throw error;
  }
}

interface ResolvedTarget {
  /** The target with links of volumes in its path resolved. */
  readonly target: Target;
  readonly isRewritten: boolean;
}

async function resolveTarget(
  kind: CopyKind,
  forwarded: Target,
  container: IsolatedContainer,
): Promise<ResolvedTarget> {
  const requestedPath = parameter(forwarded, 'path');
  if (requestedPath === undefined || kind === 'export' || kind === 'changes')
    return { target: forwarded, isRewritten: false };
  const follows = kind !== 'out' && (kind === 'into' || requestedPath.endsWith('/'));
  const found = await withoutVolumeLinks(container, requestedPath, follows ? 'followed' : 'itself');
  if (found === null) return { target: forwarded, isRewritten: false };
  const query = forwarded.query.map((entry) =>
    entry.key === 'path' ? { key: entry.key, value: found } : entry,
  );
  return { target: { ...forwarded, query }, isRewritten: true };
}

/** The verdict, pinned to the inspected container. */
function pinnedTo(
  container: IsolatedContainer,
  request: GatewayRequest,
  verdict: Forward,
  { target, isRewritten }: ResolvedTarget,
): Forward {
  const path = (request.match?.route.pattern ?? '').replace('{id}', container.facts.id);
  return {
    ...verdict,
    target: writeTarget(target.version, path, isRewritten ? target.query : target.rawQuery),
  };
}

/** A stopped container with the layers of the engine's mount. */
async function withMountedLayers(
  container: IsolatedContainer,
  facts: EngineFacts,
): Promise<IsolatedContainer> {
  const { id } = container.facts;
  const layers = await facts.whileContainerLocked(id, () => mountedLayers(id));
  return { ...container, facts: { ...container.facts, layers } };
}

/** The target that `verdict` forwards. */
function targetOf(request: GatewayRequest, verdict: Forward): Target {
  if (verdict.target === undefined) return request.target;
  const parsed = parseTarget(verdict.target);
  if (!parsed.ok) throw new Error(`a target of our own cannot be read: ${parsed.why}`);
  return parsed.target;
}
