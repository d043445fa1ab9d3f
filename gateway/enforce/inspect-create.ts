import {
  decideCreateContainer,
  readCreateBody,
  type CreateDecision,
} from '../../shared/policy/create-container.ts';
import {
  storageOption,
  unknownLogDriver,
  unknownStorageKey,
} from '../../shared/policy/create-confinement.ts';
import { requestedDevices } from '../../shared/policy/create-devices.ts';
import { deny, type Denial } from '../../shared/policy/decision.ts';
import { isKnownAbsent, noSuchLogDriver, unknownStorageOption } from '../../shared/policy/engine-errors.ts';
import { hiddenValueDenial, hidesEnvironment, linkDenial } from '../../shared/policy/environment.ts';
import type { JsonObject } from '../../shared/policy/json.ts';
import { ownerLabel, ownerLabelDenial, withOwnerLabel } from '../../shared/policy/owner.ts';
import { createLookups } from '../../shared/policy/references.ts';
import { objectAt, textAt } from '../../shared/policy/shape.ts';
import type { SocketDecision } from '../../shared/policy/socket-mount.ts';
import { splitCreateBody } from '../../shared/policy/split-create.ts';
import { type Target, parameter, writeTarget } from '../http/message/target.ts';
import { largeBodyBytes } from '../turns/turns.ts';
import { yieldToEventLoop } from '../turns/yield.ts';
import { bindSourceEnvironment } from './bind-environment.ts';
import { gatherDeviceFacts, requestingUser } from './devices.ts';
import { checkSocketHolder } from './container-access.ts';
import { gatherCreateFacts } from './create-container.ts';
import { type InspectionContext, type InspectionResult, denied, passedAsIs } from './inspection-context.ts';
import { allowedNetworkVolumes } from './network-volumes.ts';
import { withoutGrant, withSocket } from './own-sockets.ts';
import { contentTypeDenial } from './json-content-type.ts';
import { readJson } from './read-body.ts';
import { convertBinds, createBindSources, needsRecursiveReadOnly, withUsers } from './shares.ts';
import { message } from '../../shared/messages/message.ts';
import { writeBody } from './write-body.ts';

/**
 * Containers are pinned to their full ids (64 hex digits): a name of that form would be taken for another
 * container's id.
 */
export function refuseIdLikeName(name: string | undefined): InspectionResult | null {
  return name !== undefined && /^\/?[0-9a-f]{64}$/.test(name)
    ? denied(deny('container-name', message('gateway.the-name', { name })))
    : null;
}

/** The target with parameters of the endpoint only: some SDKs repeat the whole body in the query. */
function withOwnParameters({ version, path, query }: Target): string {
  return writeTarget(
    version,
    path,
    query.filter(({ key }) => key === 'name' || key === 'platform'),
  );
}

/** POST /containers/create. */
export async function createContainer(
  context: InspectionContext,
  body: Buffer | null,
): Promise<InspectionResult> {
  const { target } = context.request;
  const name = parameter(target, 'name');
  const badName = refuseIdLikeName(name);
  if (badName !== null) return badName;
  const forwarded = withOwnParameters(target);
  if (body === null || body.length === 0) return { ...passedAsIs, target: forwarded, body: Buffer.alloc(0) };
  const otherType = contentTypeDenial(context.request.head);
  if (otherType !== null) return denied(otherType);
  const clientGone = context.request.clientGone?.();
  const decoded = await readJson(body, clientGone);
  if (!decoded.ok) return denied(decoded.denial);
  const shaped = readCreateBody(decoded.value);
  if (!shaped.ok) return denied(shaped.denial);
  const bodyDenial =
    ownerLabelDenial(shaped.body, context.owner ?? null) ??
    hiddenValueDenial(shaped.body) ??
    (hidesEnvironment(context.settings, context.client !== null) ? linkDenial(shaped.body) : null);
  if (bodyDenial !== null) return denied(bodyDenial);
  const read = { body: await withoutForgedOwner(context, shaped.body) };
  const about = { image: textAt(read.body, 'Image'), ...(name === undefined ? {} : { container: name }) };
  if (body.length > largeBodyBytes) await yieldToEventLoop(clientGone);
  const environment = await bindSourceEnvironment(context);
  const facts = await withUsers(
    context,
    await gatherCreateFacts(read.body, context.facts, environment, context, clientGone),
  );
  const devices = await gatherDeviceFacts(context, requestedDevices(objectAt(read.body, 'HostConfig')), {
    image: about.image,
    user: () => requestingUser(context),
  });
  for (const [reference, container] of facts.containers) {
    const result =
      container === null
        ? passedAsIs
        : checkSocketHolder(
            context,
            container,
            message('gateway.create-with-container-parts', { name: reference }),
            about,
          );
    if (result.kind !== 'passed') return result;
  }
  const decideWith: DecideCreate = (requested, socket) =>
    decideCreateContainer(
      requested,
      { ...facts, ...otherFacts(context, name), devices, socket },
      { runtime: context.runtime },
    );
  const {
    decision,
    body: written,
    createResponseTransform,
  } = await withSocket(context, about.image, (socket) => decideWith(read.body, socket));
  if (decision.outcome === 'deny')
    return denied(await withErrorOfEngine(context, decision, read.body), {
      ...about,
      // Not for large bodies: deciding their parts one by one would take long.
      ...(context.settings.mode === 'audit' && body.length <= largeBodyBytes
        ? { furtherDenials: await furtherDenials(context, read.body, decision, decideWith) }
        : {}),
    });
  if (written === null) return denied(deny('unreadable-body', message('policy.the-body')), about);
  const converted = convertBinds(context, written, facts.containers);
  const bindDenial =
    recursiveReadOnlyDenial(target, converted) ?? (await createBindSources(context, converted));
  if (bindDenial !== null) return denied(bindDenial, about);
  if (body.length > largeBodyBytes) await yieldToEventLoop(clientGone);
  return {
    kind: 'passed',
    changes: decision.changes,
    target: forwarded,
    body: await writeBody(converted, body.length, clientGone),
    volumes: { names: createLookups(converted).volumes, as: 'mounted' },
    ...about,
    ...(createResponseTransform === undefined ? {} : { createResponseTransform }),
  };
}

type DecideCreate = (body: JsonObject, socket: SocketDecision | null) => CreateDecision;

/** Limit of the parts of a request that are decided one by one, and of its denials that are logged. */
const maxParts = 256;
const maxFurther = 32;

/**
 * What else the rules deny about a request: each part is decided on its own, by the facts of the whole. For
 * audit mode, whose log shows what enforcing would deny; a client that is refused corrects one after another.
 */
async function furtherDenials(
  context: InspectionContext,
  body: JsonObject,
  first: Denial,
  decideWith: DecideCreate,
): Promise<readonly Denial[]> {
  const keyOf = ({ rule, what, detail = '' }: Denial) => `${rule}\n${what}\n${detail}`;
  const found = new Map([[keyOf(first), first]]);
  const decideSocket = withoutGrant(context, textAt(body, 'Image'));
  for (const part of splitCreateBody(body, context.runtime).slice(0, maxParts)) {
    const { decision } = await decideSocket((socket) => decideWith(part.body, socket));
    if (decision.outcome === 'deny' && decision.engineError === undefined) {
      const key = keyOf(decision);
      if (!found.has(key)) found.set(key, decision);
      if (found.size > maxFurther) break;
    }
  }
  return [...found.values()].slice(1);
}

/** Facts that need no look-up. `name`: the new container's, as requested. */
const otherFacts = (context: InspectionContext, name: string | undefined) => ({
  name: name?.replace(/^\//, ''),
  networkVolumes: allowedNetworkVolumes(context),
});

/** In a request of an older API version the engine ignores the mount's option for it. */
function recursiveReadOnlyDenial({ version }: Target, converted: JsonObject): Denial | null {
  if (version === null || Number(version.slice(2)) >= 44 || !needsRecursiveReadOnly(converted)) return null;
  return deny('unmodelled-value', message('gateway.bind-with-option-rro'), {
    spec: 'A9',
    detail: message('gateway.needs-newer-api'),
  });
}

/**
 * For a log driver that the engine does not have, and an option that its storage driver does not know, the
 * client gets the engine's own error.
 */
async function withErrorOfEngine(
  { facts }: InspectionContext,
  denial: Denial,
  body: JsonObject,
): Promise<Denial> {
  const option = denial.rule === 'unmodelled-value' ? unknownStorageKey(body) : null;
  if (option !== null && denial.what === storageOption(option)) {
    // containerd's snapshotters ignore such options, and others have their own.
    const store = await facts.imageStore();
    return store.kind === 'graph-driver' && store.driver === 'overlay2'
      ? { ...denial, engineError: unknownStorageOption(option) }
      : denial;
  }
  const type = denial.rule === 'log-driver' ? unknownLogDriver(body) : null;
  // Drivers whose names are paths are plugins, looked up elsewhere.
  return type === null || !isKnownAbsent(type) || (await facts.drivers('Log')).includes(type)
    ? denial
    : { ...denial, engineError: noSuchLogDriver(type) };
}

/**
 * Removes an owner label that the image sets for its containers. Looked up only where some list has the scope
 * `own`.
 */
async function withoutForgedOwner(context: InspectionContext, body: JsonObject): Promise<JsonObject> {
  const { scope, perImage } = context.settings.socket;
  if (context.owner !== undefined || (scope === 'all' && perImage.every((list) => list.scope === 'all')))
    return body;
  return (await context.facts.imageLabel(textAt(body, 'Image'), ownerLabel)) === null
    ? body
    : withOwnerLabel(body, '');
}
