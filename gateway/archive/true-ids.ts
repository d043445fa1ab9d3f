import { EngineUnreachable, unansweredRefusal, type EngineFacts } from '../engine-api/engine-facts.ts';
import {
  ResponseReplacedError,
  type Gatekeeper,
  type GatewayRequest,
  type GatekeeperResult,
  type Verdict,
} from '../http/exchange.ts';
import { parameter, parseTarget, writeTarget, type Target } from '../http/message/target.ts';
import { matchRoute } from '../routes/match.ts';
import type { Route } from '../routes/route.ts';
import { trueChanges } from './changes.ts';
import { asAsked } from './container-view.ts';
import { copyInto } from './copy-into.ts';
import { decompressedOnly } from './decompress.ts';
import { copyOut, checkedStat, namesChecked } from './copy-out.ts';
import { errorsOf } from './engine-errors.ts';
import { copyOwner } from './copy-owner.ts';
import { exported } from './export.ts';
import { mountedLayers } from './mounted-layers.ts';
import type { Layers } from './layer-ids.ts';
import { inspectIsolated, type IsolatedContainer } from './isolated.ts';
import { leadingHeaders } from './leading-headers.ts';
import type { RootGuard } from './root-guard.ts';
import { layersOf, runStateOf } from './run-state.ts';
import { userShares, type SharingSources } from './sharing-view.ts';
import { withoutVolumeLinks } from './volume-links.ts';

type Forward = Extract<Verdict, { kind: 'forward' }>;

/** Endpoints that show or set ids of files in a container, or look for one. */
type CopyKind = 'into' | 'out' | 'look' | 'export' | 'changes';

function copyKindOf(route: Route | undefined): CopyKind | null {
  switch (route === undefined ? '' : `${route.method} ${route.pattern}`) {
    case 'PUT /containers/{id}/archive':
      return 'into';
    case 'GET /containers/{id}/archive':
      return 'out';
    case 'HEAD /containers/{id}/archive':
      return 'look';
    case 'GET /containers/{id}/export':
      return 'export';
    case 'GET /containers/{id}/changes':
      return 'changes';
    default:
      return null;
  }
}

/**
 * Lets copies show what a stock engine's show. While a container runs in a range of ids (A3), the engine sees
 * its files with those; so what `decide` forwards is translated. That is no question of policy: it holds in
 * audit mode and with ECI off, too.
 */
export function withTrueIds(
  decide: Gatekeeper,
  engine: EngineFacts,
  sharing: SharingSources | null,
  guard: RootGuard | null = null,
): Gatekeeper {
  return (request) => {
    if (guard !== null && request.match?.route.inspect === 'exec-start')
      return withLookupBefore(decide, request, engine, guard);
    const kind = copyKindOf(request.match?.route);
    if (kind === null) return decide(request);
    const translate = (verdict: Verdict): Verdict | Promise<Verdict> =>
      verdict.kind === 'forward'
        ? translateOrRefuse(request, kind, verdict, { engine, sharing, guard })
        : verdict;
    const handled = (handling: GatekeeperResult): GatekeeperResult | Promise<GatekeeperResult> => {
      if (handling.kind !== 'read-body') return translate(handling);
      return { ...handling, decide: async (body) => translate(await handling.decide(body)) };
    };
    return Promise.resolve(decide(request)).then(handled);
  };
}

/** The start of an exec that `decide` forwards, once the engine follows no links in its container. */
async function withLookupBefore(
  decide: Gatekeeper,
  request: GatewayRequest,
  engine: EngineFacts,
  guard: RootGuard,
): Promise<GatekeeperResult> {
  const handling = await decide(request);
  const wait = async (verdict: Verdict): Promise<Verdict> => {
    if (verdict.kind !== 'forward') return verdict;
    const exec = request.match?.subject ?? '';
    try {
      const container = await engine.execContainer(exec);
      if (container === null) return verdict;
      return { ...verdict, settled: await guard.beforeExec(container, exec, request.clientGone?.()) };
    } catch (error) {
      if (error instanceof ResponseReplacedError)
        return { kind: 'refuse', status: error.status, message: error.message };
      if (!(error instanceof EngineUnreachable)) throw error;
      return { kind: 'refuse', ...unansweredRefusal(error) };
    }
  };
  return handling.kind === 'read-body'
    ? { ...handling, decide: async (body) => wait(await handling.decide(body)) }
    : wait(handling);
}

interface CopyContext {
  readonly engine: EngineFacts;
  readonly sharing: SharingSources | null;
  readonly guard: RootGuard | null;
}

async function translateOrRefuse(
  request: GatewayRequest,
  kind: CopyKind,
  verdict: Forward,
  context: CopyContext,
): Promise<Verdict> {
  try {
    return await translateCopy(request, kind, verdict, context);
  } catch (error) {
    if (error instanceof ResponseReplacedError)
      return { kind: 'refuse', status: error.status, message: error.message };
    if (!(error instanceof EngineUnreachable)) throw error;
    return { kind: 'refuse', ...unansweredRefusal(error) };
  }
}

async function translateCopy(
  request: GatewayRequest,
  kind: CopyKind,
  verdict: Forward,
  { engine: facts, sharing, guard }: CopyContext,
): Promise<Verdict> {
  const forwarded = targetOf(request, verdict);
  const inspected = await inspectIsolated(
    matchRoute(request.head.method, forwarded.path)?.subject ?? '',
    facts,
    request.match?.subject,
  );
  if (inspected === null) return withCheckedArchive(kind, verdict, request.match?.subject ?? '');
  let container = await asEngineSees(inspected, sharing);
  const requestedPath = parameter(forwarded, 'path');
  const found =
    requestedPath === undefined || kind === 'export' || kind === 'changes'
      ? null
      : await withoutVolumeLinks(
          container,
          requestedPath,
          kind === 'out' ? 'itself' : kind === 'into' || /\/$/.test(requestedPath) ? 'followed' : 'itself',
        );
  const query = forwarded.query.map((entry) =>
    entry.key === 'path' && found !== null ? { key: entry.key, value: found } : entry,
  );
  const target = { ...forwarded, query };
  // Pinned to the inspected container.
  const pinned: Forward = {
    ...verdict,
    target: writeTarget(
      target.version,
      (request.match?.route.pattern ?? '').replace('{id}', container.facts.id),
      found === null ? target.rawQuery : query,
    ),
  };
  const byRoot = request.origin.kind === 'clients' && request.peer()?.uid === 0;
  const shares =
    kind === 'into' || kind === 'out' || kind === 'look'
      ? await userShares(container, sharing, facts, byRoot)
      : null;
  // What it mounts of a user's is found by following its links, so its files must be known.
  if (shares !== null && container.run === null && container.facts.layers === null) {
    const { id } = container.facts;
    container = {
      ...container,
      facts: { ...container.facts, layers: await facts.whileContainerLocked(id, () => mountedLayers(id)) },
    };
  }
  const upper =
    (await layersIn(container, sharing))?.upper ?? (container.run?.base === 0 ? container.merged : undefined);
  const copy: Copy = {
    kind,
    verdict,
    pinned,
    target,
    query,
    container,
    shares,
    byRoot,
    isRewritten: found !== null,
  };
  if (guard === null || upper === undefined || kind === 'changes') return outcomeOf(copy, facts, sharing);
  const { id } = container.facts;
  const endTurn = await guard.takeTurn(id, request.clientGone?.());
  try {
    // From here on the engine may be asked for files of the container, too.
    const release = await guard.lock(id, upper);
    try {
      const outcome = await outcomeOf(copy, facts, sharing);
      // An export does not wait for the container's lock in the engine, and keeps nobody waiting.
      return underGuard(outcome, {
        release,
        begun: kind === 'export' ? endTurn : () => undefined,
        settled: endTurn,
      });
    } catch (error) {
      await release();
      throw error;
    }
  } catch (error) {
    endTurn();
    throw error;
  }
}

/** A copy request with the inspected container. */
interface Copy {
  readonly kind: CopyKind;
  readonly verdict: Forward;
  /** The same, pinned: the container's id, and the path with links of volumes resolved. */
  readonly pinned: Forward;
  readonly target: Target;
  readonly query: Target['query'];
  readonly container: IsolatedContainer;
  readonly shares: Awaited<ReturnType<typeof userShares>>;
  readonly byRoot: boolean;
  /** The path was written anew. */
  readonly isRewritten: boolean;
}

async function outcomeOf(
  { kind, verdict, pinned, target, query, container, shares, byRoot, isRewritten }: Copy,
  facts: EngineFacts,
  sharing: SharingSources | null,
): Promise<Forward> {
  switch (kind) {
    case 'into': {
      // The engine writes as root and follows links, which a container and its user may move between our look
      // and its own.
      if (shares !== null && !byRoot)
        throw new ResponseReplacedError(
          403,
          `enhanced container isolation: docker cp into container ${container.facts.name}, ` +
            'with which a user shares directories, is blocked: the engine writes as root, ' +
            'not as that user; copy in the shared directory itself, or with tar over docker exec (A8)',
        );
      const byContainer = /^(?:1|t|true)$/i.test(parameter(target, 'copyUIDGID') ?? '');
      const others = query.filter(({ key }) => key !== 'copyUIDGID');
      const owner = byContainer ? await copyOwner(container.facts, facts) : null;
      return {
        ...pinned,
        stream: copyInto(
          { container, destination: asAsked(parameter(target, 'path') ?? '/'), owner, shares },
          facts,
        ),
        response: errorsOf(container),
        ...(byContainer
          ? { target: writeTarget(target.version, `/containers/${container.facts.id}/archive`, others) }
          : {}),
      };
    }
    case 'out':
      return {
        ...pinned,
        response: copyOut(
          {
            container,
            source: asAsked(parameter(target, 'path') ?? '/'),
            shares,
            layers: await overlayLayers(container, sharing),
          },
          facts,
        ),
      };
    case 'look': {
      const outcome = isRewritten ? pinned : verdict;
      return shares === null
        ? outcome
        : {
            ...outcome,
            response: checkedStat({ container, source: asAsked(parameter(target, 'path') ?? '/'), shares }),
          };
    }
    case 'export':
      return { ...pinned, response: exported(container, await overlayLayers(container, sharing), facts) };
    case 'changes': {
      // A container that is not up is compared by the engine with true ids. It changes its root for nothing
      // here.
      const layers = await layersIn(container, sharing);
      return layers === null ? pinned : { ...pinned, response: trueChanges(layers) };
    }
  }
}

/** What is done as the engine gets on with a copy. */
interface CopyProgress {
  /** Gives the root directory back; may be called more than once. */
  readonly release: () => Promise<void>;
  readonly begun: () => void;
  readonly settled: () => void;
}

/**
 * Calls `release` and `begun` once the engine has changed its root: it has begun its response, or reads the
 * body as an archive (`leadingHeaders`, for which the connection has to be a new one). Calls `release` and
 * `settled` when the engine is done with the request, also where the client has left.
 */
function underGuard(verdict: Forward, { release, begun, settled }: CopyProgress): Forward {
  const { response, stream } = verdict;
  if (response !== undefined && !('begin' in response))
    throw new Error('the response to a copy must be streamed');
  const hasBegun = async () => {
    await release();
    begun();
  };
  return {
    ...verdict,
    ownConnection: true,
    settled: () => {
      void release().finally(settled);
    },
    response: {
      begin: async (head) => {
        await hasBegun();
        return response?.begin(head) ?? null;
      },
    },
    ...(stream === undefined
      ? {}
      : {
          stream: {
            begin: async () => {
              const transform = await stream.begin();
              return async function* (content, offer) {
                yield leadingHeaders();
                await hasBegun();
                yield* transform(content, offer);
              };
            },
          },
        }),
  };
}

/** A container's layers; null where unknown. */
async function layersIn(
  { facts, run }: IsolatedContainer,
  sharing: SharingSources | null,
): Promise<Layers | null> {
  return (
    facts.layers ??
    (run === null || sharing === null ? null : layersOf(await runStateOf(sharing.root, facts.id)))
  );
}

/** Those of a running container whose ids the engine sees mapped. */
async function overlayLayers(
  container: IsolatedContainer,
  sharing: SharingSources | null,
): Promise<Layers | null> {
  return container.run === null || container.run.base === 0 ? null : layersIn(container, sharing);
}

/** Into and out of a container whose ids need no care, and one that is not there. */
function withCheckedArchive(kind: CopyKind, verdict: Forward, container: string): Forward {
  switch (kind) {
    case 'into':
      return { ...verdict, stream: { begin: () => decompressedOnly } };
    case 'out':
      return { ...verdict, response: namesChecked('copy', container) };
    case 'export':
      return { ...verdict, response: namesChecked('export', container) };
    case 'look':
    case 'changes':
      return verdict;
  }
}

/**
 * Of an overlay the engine has the shifted one while the container runs; a plain directory (vfs, btrfs, zfs,
 * an image without layers) only the container has shifted.
 */
async function asEngineSees(
  container: IsolatedContainer,
  sources: SharingSources | null,
): Promise<IsolatedContainer> {
  const state =
    container.run === null || sources === null ? null : await runStateOf(sources.root, container.facts.id);
  if (container.run === null || state === null) return container;
  return {
    ...container,
    merged: state.enginePoints[0],
    run: state.overlay !== null ? container.run : { ...container.run, base: 0 },
  };
}

/** The target that is forwarded. */
function targetOf(request: GatewayRequest, verdict: Forward): Target {
  if (verdict.target === undefined) return request.target;
  const parsed = parseTarget(verdict.target);
  if (!parsed.ok) throw new Error(`a target of our own cannot be read: ${parsed.why}`);
  return parsed.target;
}
