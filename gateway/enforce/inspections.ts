import type { InspectionResult, InspectionContext } from './inspection-context.ts';
import { parameter, writeTarget, type QueryParameter } from '../http/message/target.ts';
import { assertNever } from '../../shared/result.ts';
import { deny, type Denial } from '../../shared/policy/decision.ts';
import type { JsonObject } from '../../shared/policy/json.ts';
import { checkShape, textAt, textMapAt, type Shape } from '../../shared/policy/shape.ts';
import {
  commitBody,
  connectNetworkBody,
  createNetworkBody,
  createVolumeBody,
  disconnectNetworkBody,
  execCreateBody,
  execStartBody,
  updateContainerBody,
} from '../../shared/policy/docker-bodies.ts';
import { decideCreateContainer, readCreateBody, shapeDenial } from '../../shared/policy/create-container.ts';
import { resourceDenial } from '../../shared/policy/create-confinement.ts';
import { decideHeldMounts } from '../../shared/policy/create-mounts.ts';
import { hiddenValueDenial, hidesEnvironment, linkDenial } from '../../shared/policy/environment.ts';
import { ownerLabel, ownerLabelDenial, withOwnerLabel } from '../../shared/policy/owner.ts';
import { loadDenial } from '../../shared/policy/load.ts';
import { processListDenial } from '../../shared/policy/process-list.ts';
import type { SocketAnswer } from '../../shared/policy/socket-mount.ts';
import { decideVolume } from '../../shared/policy/volume.ts';
import { inheritedQuestions } from '../../shared/policy/references.ts';

import type { Inspection } from '../routes/table.ts';
import { isSteady, homeProblem, sharedDirectories, type BindSourceEnvironment } from './bind-sources.ts';
import { homeOf } from './home-directory.ts';
import { gatherCreateFacts, gatherMountFacts, reference } from './create-container.ts';
import { inspectBuild } from './builds.ts';
import { callerOf, heldSockets, withSocket } from './own-sockets.ts';
import { isProtected } from './existing-containers.ts';
import { largeBodyBytes } from '../turns/turns.ts';
import { yieldToEventLoop } from '../turns/yield.ts';
import { networkDenial } from './networks.ts';
import { readJson } from './read-body.ts';
import { writeBody } from './write-body.ts';
import type { ContainerFacts } from '../engine-api/engine-facts.ts';
import {
  heldBinds,
  isOfNobody,
  makeSourcesAgain,
  makeSourcesOf,
  needsRecursiveReadOnly,
  withUsers,
} from './shares.ts';
import { userFilesDenial } from './user-files.ts';
import { holderDenial, type SocketHolder } from './socket-client.ts';

type Passed = Extract<InspectionResult, { kind: 'passed' }>;
const passedAsIs: Passed = { kind: 'passed', changes: [] };
const denied = (denial: Denial, about: { container?: string; image?: string } = {}): InspectionResult => ({
  kind: 'denied',
  denial,
  ...about,
});

/**
 * Looks at one request. `body` is the whole body of `json` endpoints, null elsewhere. Throws
 * EngineUnreachable.
 */
export async function inspections(
  kind: Inspection,
  context: InspectionContext,
  body: Buffer | null,
): Promise<InspectionResult> {
  switch (kind) {
    case 'none':
      return passedAsIs;
    case 'create-container':
      return createContainer(context, body);
    case 'enter-container':
      return enterContainer(context, subject(context));
    case 'start-container':
      return startContainer(context);
    case 'copy-container':
      return copyContainer(context);
    case 'update-container': {
      const read = await readBody(context, body, updateContainerBody);
      if (!read.ok) return denied(read.denial);
      const denial = resourceDenial(read.body);
      return denial === null
        ? withBody(context, await enterContainer(context, subject(context)), read)
        : denied(denial);
    }
    case 'exec-create': {
      const read = await readBody(context, body, execCreateBody);
      return read.ok
        ? withBody(context, await enterContainer(context, subject(context)), read)
        : denied(read.denial);
    }
    case 'exec-start':
      return execStart(context, body);
    case 'list-processes': {
      const denial = processListDenial(parameter(context.request.target, 'ps_args') ?? '');
      return denial === null ? passedAsIs : denied(denial);
    }
    case 'commit': {
      const read = await readBody(context, body, commitBody);
      return read.ok ? withBody(context, await commit(context), read) : denied(read.denial);
    }
    case 'rename-container':
      return idLikeName(parameter(context.request.target, 'name')) ?? passedAsIs;
    case 'create-volume': {
      const read = await readBody(context, body, createVolumeBody);
      if (!read.ok) return denied(read.denial);
      const claimed = ownerLabelDenial(read.body, context.owner ?? null);
      if (claimed !== null) return denied(claimed);
      const decision = decideVolume(textAt(read.body, 'Name'), {
        driver: textAt(read.body, 'Driver'),
        options: textMapAt(read.body, 'DriverOpts'),
      });
      return decision.outcome === 'deny' ? denied(decision) : withBody(context, passedAsIs, read);
    }
    case 'create-network': {
      const read = await readBody(context, body, createNetworkBody);
      if (!read.ok) return denied(read.denial);
      const claimed = ownerLabelDenial(read.body, context.owner ?? null);
      if (claimed !== null) return denied(claimed);
      const denial = await networkDenial(context, read.body);
      return denial === null ? withBody(context, passedAsIs, read) : denied(denial);
    }
    case 'disconnect-network':
      return modelled(context, body, disconnectNetworkBody);
    case 'connect-network': {
      const network = await context.facts.network(subject(context));
      if (network?.driver === 'host')
        return denied(deny('host-namespace', "connecting to the engine's network", { spec: 'A7' }));
      return modelled(context, body, connectNetworkBody);
    }
    case 'build':
      return inspectBuild(context);
    // Nothing about the request itself: the calls on the connection are decided one by one.
    case 'grpc':
      return passedAsIs;
    case 'load-images':
      return context.settings.blockDockerLoad.value ? denied(loadDenial) : passedAsIs;
    case 'refused-swarm':
    case 'refused-plugin':
    case 'refused-checkpoint':
    case 'refused-debug':
    case 'refused-removed':
      return denied(deny('unknown-endpoint', context.request.target.path));
    default:
      return assertNever(kind);
  }
}

const subject = (context: InspectionContext): string => context.request.match?.subject ?? '';

// ---- bodies

interface ReadBody {
  readonly ok: true;
  readonly body: JsonObject;
  /** Bytes as sent. */ readonly bytes: number;
}
type Read = ReadBody | { readonly ok: false; readonly denial: Denial };
const emptyObject: JsonObject = new Map();

async function readBody(context: InspectionContext, body: Buffer | null, shape: Shape): Promise<Read> {
  // No body at all goes on as none: the engine says what it thinks of that.
  if (body === null || body.length === 0) return { ok: true, body: emptyObject, bytes: 0 };
  const decoded = await readJson(body, context.request.gone?.());
  if (!decoded.ok) return decoded;
  const shaped = checkShape(decoded.value, shape);
  if (!shaped.ok) return { ok: false, denial: shapeDenial(shaped.problem) };
  return shaped.value instanceof Map
    ? { ok: true, body: shaped.value, bytes: body.length }
    : { ok: false, denial: deny('unreadable-body', 'the body', { detail: 'it must be an object' }) };
}

async function withBody(
  context: InspectionContext,
  result: InspectionResult,
  { body, bytes }: ReadBody,
): Promise<InspectionResult> {
  if (result.kind !== 'passed') return result;
  return {
    ...result,
    body: bytes === 0 ? Buffer.alloc(0) : await writeBody(body, bytes, context.request.gone?.()),
  };
}

async function modelled(
  context: InspectionContext,
  body: Buffer | null,
  shape: Shape,
): Promise<InspectionResult> {
  const read = await readBody(context, body, shape);
  return read.ok ? withBody(context, passedAsIs, read) : denied(read.denial);
}

// ---- containers

/**
 * Containers are pinned to their full ids (64 hex digits): a name of that form would be taken for another
 * container's id.
 */
function idLikeName(name: string | undefined): InspectionResult | null {
  return name !== undefined && /^\/?[0-9a-f]{64}$/.test(name)
    ? denied(deny('container-name', `the name ${name}`))
    : null;
}

/** What bind sources are held against, for whoever is behind the request. */
export async function environment(context: InspectionContext): Promise<BindSourceEnvironment> {
  const uid = callerOf(context);
  const home = uid === null ? null : await homeOf(uid);
  const { sockets } = context;
  const shareProblem = homeProblem(context.settings, uid, home);
  return {
    ...(shareProblem === undefined ? {} : { shareProblem }),
    engineSockets: context.engineSockets,
    engineDirectories: context.engineDirectories,
    shares: sharedDirectories(context.settings, home),
    dockerSockets: context.clientSocket === undefined ? [] : [context.clientSocket],
    socketMount: (real) => sockets?.mounts.idAt(real) ?? null,
    mountSockets: () => sockets?.mounts.list().map(({ socket }) => socket) ?? [],
  };
}

async function createContainer(context: InspectionContext, body: Buffer | null): Promise<InspectionResult> {
  const { target } = context.request;
  const name = parameter(target, 'name');
  const badName = idLikeName(name);
  if (badName !== null) return badName;
  // Only what the endpoint knows: SDKs put the whole body into the query as well.
  const query: QueryParameter[] = target.query.filter(({ key }) => key === 'name' || key === 'platform');
  const forwarded = writeTarget(target.version, target.path, query);
  if (body === null || body.length === 0) return { ...passedAsIs, target: forwarded, body: Buffer.alloc(0) };
  const gone = context.request.gone?.();
  const decoded = await readJson(body, gone);
  if (!decoded.ok) return denied(decoded.denial);
  const shaped = readCreateBody(decoded.value);
  if (!shaped.ok) return denied(shaped.denial);
  const claimed =
    ownerLabelDenial(shaped.body, context.owner ?? null) ??
    hiddenValueDenial(shaped.body) ??
    (hidesEnvironment(context.settings, context.client !== null) ? linkDenial(shaped.body) : null);
  if (claimed !== null) return denied(claimed);
  const read = { body: await withoutForgedOwner(context, shaped.body) };
  const about = { image: textAt(read.body, 'Image'), ...(name === undefined ? {} : { container: name }) };
  if (body.length > largeBodyBytes) await yieldToEventLoop(gone);
  const facts = await withUsers(
    context,
    await gatherCreateFacts(read.body, context.facts, await environment(context), context, gone),
  );
  for (const [referred, held] of facts.containers) {
    const result =
      held === null
        ? passedAsIs
        : holder(context, held, `docker create with volumes or namespaces of container ${referred}`, about);
    if (result.kind !== 'passed') return result;
  }
  const {
    decision,
    body: written,
    answer,
  } = await withSocket(context, about.image, (socket) =>
    decideCreateContainer(read.body, { ...facts, socket }, { runtime: context.runtime }),
  );
  if (decision.outcome === 'deny' || written === null)
    return denied(decision.outcome === 'deny' ? decision : deny('unreadable-body', 'the body'), about);
  const held = heldBinds(context, written, facts.containers);
  // An engine takes no notice of what a mount has in its place, in a request of an older version.
  if (target.version !== null && Number(target.version.slice(2)) < 44 && needsRecursiveReadOnly(held)) {
    return denied(
      deny('unmodelled-value', 'a bind with the option rro', {
        spec: 'A9',
        detail: 'it needs version 1.44 of the API',
      }),
      about,
    );
  }
  const unshared = await makeSourcesOf(context, held);
  if (unshared !== null) return denied(unshared, about);
  if (body.length > largeBodyBytes) await yieldToEventLoop(gone);
  return {
    kind: 'passed',
    changes: decision.changes,
    target: forwarded,
    body: await writeBody(held, body.length, gone),
    ...about,
    ...(answer === undefined ? {} : { answer }),
  };
}

/**
 * What an image says of who made its containers does not count. Looked at only where anybody is shown just
 * their own.
 */
async function withoutForgedOwner(context: InspectionContext, body: JsonObject): Promise<JsonObject> {
  const { scope, perImage } = context.settings.socket;
  if (context.owner !== undefined || (scope === 'all' && perImage.every((list) => list.scope === 'all')))
    return body;
  return (await context.facts.imageLabel(textAt(body, 'Image'), ownerLabel)) === null
    ? body
    : withOwnerLabel(body, '');
}

/** Same request, the container's name replaced by its id: what was checked is what is used. */
function pinned(context: InspectionContext, id: string): string {
  const { target, match } = context.request;
  return writeTarget(target.version, (match?.route.pattern ?? '').replace('{id}', id), target.rawQuery);
}

/** The container must be protected, or the settings say that a warning is enough. */
async function checked(
  context: InspectionContext,
  container: ContainerFacts,
  doing: string,
): Promise<InspectionResult> {
  if (await isProtected(container, context)) return passedAsIs;
  const denial = deny('container-unprotected', `${doing} container ${container.name}`, {
    spec: 'D',
    setting: '/bulkhead/existingContainers',
  });
  const about = { container: container.name, image: container.image };
  return context.settings.existingContainers === 'warn'
    ? { ...passedAsIs, warning: denial, ...about }
    : denied(denial, about);
}

/**
 * Same, for what gets into a container or reads it out: then it may not be one with a wider way to the engine
 * than the caller's own.
 */
async function entered(
  context: InspectionContext,
  container: ContainerFacts,
  doing: string,
): Promise<InspectionResult> {
  const result = await checked(context, container, doing);
  if (result.kind !== 'passed') return result;
  const held = holder(context, container, `${doing} container ${container.name}`, {
    container: container.name,
    image: container.image,
  });
  return held.kind === 'passed' && held.warning === undefined ? result : held;
}

function holder(
  context: InspectionContext,
  container: SocketHolder,
  what: string,
  about: { container?: string; image?: string },
): InspectionResult {
  const denial =
    context.client === null
      ? null
      : holderDenial(context.client, container, what, context.socketMounts ?? null, context.settings);
  if (denial === null) return passedAsIs;
  return context.settings.existingContainers === 'warn'
    ? { ...passedAsIs, warning: denial, ...about }
    : denied(denial, about);
}

const verbOf = (context: InspectionContext): string =>
  `docker ${context.request.match?.route.commands[0] ?? context.request.head.method} on`;

async function enterContainer(context: InspectionContext, name: string): Promise<InspectionResult> {
  const container = await context.facts.container(name);
  if (container === null) return { kind: 'missing', what: 'container', name };
  const result = await entered(context, container, verbOf(context));
  if (result.kind === 'denied') return { ...result, framed: !container.terminal };
  return result.kind === 'passed' ? { ...result, target: pinned(context, container.id) } : result;
}

async function startContainer(context: InspectionContext): Promise<InspectionResult> {
  // Restores whatever state lies in a directory of the caller's choice.
  if (context.request.target.query.some(({ key, value }) => /^checkpoint/i.test(key) && value !== ''))
    return denied(deny('checkpoint', 'docker start --checkpoint'));
  const name = subject(context);
  const container = await context.facts.container(name);
  if (container === null) return { kind: 'missing', what: 'container', name };
  const result = await mounted(context, container, await checked(context, container, verbOf(context)));
  const isRunning = context.request.match?.route.pattern.endsWith('/unpause') === true;
  if (result.kind !== 'passed' || isRunning) return result;
  const special = await userFilesDenial(container, `${verbOf(context)} container ${container.name}`);
  if (special !== null) return denied(special, { container: container.name, image: container.image });
  if (result.warning !== undefined || !(await isOfNobody(context, container))) return result;
  const denial = deny('container-unprotected', `${verbOf(context)} container ${container.name}`, {
    spec: 'A3',
    setting: '/bulkhead/existingContainers',
    detail: 'it is not known who made it, so whose ids it would have: recreate it',
  });
  const about = { container: container.name, image: container.image };
  return context.settings.existingContainers === 'warn'
    ? { ...result, warning: denial, ...about }
    : denied(denial, about);
}

/**
 * For a copy the engine mounts a container's directories itself, and follows links: the runtime, which does
 * not, is never asked. So what is mounted is looked at anew. A container with a socket could swap a directory
 * for a link between this look and the engine's, all by itself: for it, directories must also be steady. The
 * machine's users are not held to that: it would take `docker cp` from every container with a directory of a
 * home (SECURITY.md says what that leaves open). What they may copy is decided with the copy (archive/).
 */
async function copyContainer(context: InspectionContext): Promise<InspectionResult> {
  const name = subject(context);
  const container = await context.facts.container(name);
  if (container === null) return { kind: 'missing', what: 'container', name };
  const result = await mounted(context, container, await entered(context, container, verbOf(context)));
  if (result.kind !== 'passed' || result.warning !== undefined || context.request.origin.kind === 'clients')
    return result;
  const { shares } = await environment(context);
  for (const { type, source } of container.mounts) {
    if (type === 'bind' && !(await isSteady(source, shares)))
      return denied(
        deny('copy-mounts', `${verbOf(context)} container ${container.name}, which mounts ${source},`, {
          spec: 'A8',
        }),
        { container: container.name, image: container.image },
      );
  }
  return result;
}

/**
 * What a container mounts is used anew: symlinks, settings and volumes may be others than at its creation.
 * `soFar` is what else was found.
 */
async function mounted(
  context: InspectionContext,
  container: ContainerFacts,
  soFar: InspectionResult,
): Promise<InspectionResult> {
  if (soFar.kind !== 'passed') return soFar;
  // With "warn" an unprotected container may start as it is; its mounts are part of what was there before.
  if (soFar.warning === undefined && container.mounts.length > 0) {
    const held = await reference(container, context);
    const facts = await gatherMountFacts(
      inheritedQuestions([held]),
      context.facts,
      await environment(context),
      context.request.gone?.(),
    );
    const unmade: SocketAnswer = {
      kind: 'refused',
      remedy: 'none',
      detail: 'the container was not made with a socket of its own; recreate it',
    };
    const denial = decideHeldMounts(
      held,
      facts,
      { image: container.image, socket: unmade },
      await heldSockets(context, container, facts),
    );
    if (denial !== null) return denied(denial, { container: container.name, image: container.image });
    const unshared = await makeSourcesAgain(context, container);
    if (unshared !== null) return denied(unshared, { container: container.name, image: container.image });
  }
  return { ...soFar, target: pinned(context, container.id) };
}

async function execStart(context: InspectionContext, body: Buffer | null): Promise<InspectionResult> {
  const read = await readBody(context, body, execStartBody);
  if (!read.ok) return denied(read.denial);
  const id = subject(context);
  const owner = await context.facts.execContainer(id);
  const container = owner === null ? null : await context.facts.container(owner);
  if (container === null) return { kind: 'missing', what: 'exec instance', name: id };
  return withBody(context, await entered(context, container, 'docker exec in'), read);
}

async function commit(context: InspectionContext): Promise<InspectionResult> {
  const { target } = context.request;
  const name = parameter(target, 'container') ?? '';
  const container = await context.facts.container(name);
  if (container === null) return { kind: 'missing', what: 'container', name };
  const result = await entered(context, container, verbOf(context));
  if (result.kind !== 'passed') return result;
  const query = target.query.map((entry) =>
    entry.key === 'container' ? { key: entry.key, value: container.id } : entry,
  );
  return { ...result, target: writeTarget(target.version, target.path, query) };
}
